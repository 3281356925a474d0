import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Rows of every tenant; their content is what must never be lost. */
export const ROWS = 40;

const BASE = `create schema app;
create table app.items (id int primary key, n int not null, note text not null);
create table app.marks (id int generated always as identity primary key, version text not null);
insert into app.items select i, 0, 'note ' || i from generate_series(1, ${ROWS}) i;`;

/**
 * A release with an effect that shows when it was done twice: each migration leaves a mark and adds to every row. The first
 * is one transaction, the second has a part that PostgreSQL refuses in one.
 */
const WHOLE = `alter table app.items add column extra int not null default 7;
insert into app.marks (version) values ('whole');
update app.items set n = n + 1;
create index items_n on app.items (n);`;

const PARTS = `insert into app.marks (version) values ('parts');
create index concurrently items_note on app.items (note);
update app.items set n = n + 10;`;

export const BASELINE = "20240101";
export const RELEASE = ["20240201", "20240202"] as const;

export function writeMigrations(directory: string): string {
  const folder = join(directory, "migrations");
  mkdirSync(folder, { recursive: true });
  const files = { [`${BASELINE}_base`]: BASE, "20240201_whole": WHOLE, "20240202_parts": PARTS };
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, `${name}.up.sql`), `${sql}\n`);
  return folder;
}
