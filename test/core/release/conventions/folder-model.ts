/** One migration whose statements are known: it makes table `t<number>`, and its way back drops it. */
export interface ModelMigration {
  readonly number: number;
  readonly down: boolean;
}

/** A folder as a convention's framework has it, and what its reading must give. */
export interface ModelFolder {
  readonly convention: string;
  readonly files: Readonly<Record<string, string>>;
  /** Numbers of the migrations that run, in order. */
  readonly ups: readonly number[];
}

export const upOf = (number: number) => `create table t${number} (id int);`;
export const downOf = (number: number) => `drop table t${number};`;

type Render = (migration: ModelMigration) => Readonly<Record<string, string>>;

const padded = (number: number) => String(number).padStart(4, "0");
const marked = (up: string, down: string) => (migration: ModelMigration) => ({
  [`${padded(migration.number)}_m.sql`]: `${up}\n${upOf(migration.number)}\n${down}\n${migration.down ? downOf(migration.number) : ""}\n`,
});
const inPairs =
  (name: (number: number, way: "up" | "down") => string): Render =>
  ({ number, down }) => ({
    [name(number, "up")]: upOf(number),
    ...(down ? { [name(number, "down")]: downOf(number) } : {}),
  });

interface Style {
  readonly convention: string;
  readonly beside: Readonly<Record<string, string>>;
  readonly render: Render;
}

const CARGO = "[dependencies]\n";

/** Each way in which a folder can be written, by the convention that it is. */
export const STYLES: readonly Style[] = [
  { convention: "up-down", beside: {}, render: inPairs((number, way) => `${padded(number)}_m.${way}.sql`) },
  { convention: "up-down", beside: {}, render: inPairs((number, way) => `V${padded(number)}.Name.${way}.sql`) },
  { convention: "up-down", beside: {}, render: inPairs((number, way) => `${way}/${padded(number)}_m.sql`) },
  {
    convention: "up-down",
    beside: {},
    render: inPairs((number, way) => `${padded(number)}.${way === "up" ? "do" : "undo"}.m.sql`),
  },
  {
    convention: "up-down",
    beside: {},
    render: inPairs((number, way) => `${padded(number)}_m/${way === "up" ? "migrate" : "rollback"}.sql`),
  },
  { convention: "plain", beside: {}, render: ({ number }) => ({ [`${padded(number)}_m.sql`]: upOf(number) }) },
  {
    convention: "sqlx",
    beside: { "../Cargo.toml": `${CARGO}sqlx = "0.8"\n` },
    render: inPairs((number, way) => `${padded(number)}_m.${way}.sql`),
  },
  {
    convention: "golang-migrate",
    beside: { "../go.mod": "require github.com/golang-migrate/migrate/v4 v4.18.1\n" },
    render: inPairs((number, way) => `${padded(number)}_m.${way}.sql`),
  },
  {
    convention: "diesel",
    beside: { "../diesel.toml": "" },
    render: inPairs((number, way) => `2024-01-01-00${padded(number)}_m/${way}.sql`),
  },
  {
    convention: "flyway",
    beside: {},
    render: inPairs((number, way) => `${way === "up" ? "V" : "U"}${number}__m.sql`),
  },
  { convention: "dbmate", beside: {}, render: marked("-- migrate:up", "-- migrate:down") },
  { convention: "goose", beside: {}, render: marked("-- +goose Up", "-- +goose Down") },
  { convention: "node-pg-migrate", beside: {}, render: marked("-- Up Migration", "-- Down Migration") },
  {
    convention: "prisma",
    beside: { "migration_lock.toml": 'provider = "postgresql"' },
    render: ({ number }) => ({ [`2024010100${padded(number)}_m/migration.sql`]: upOf(number) }),
  },
];

export function folderOf(style: Style, migrations: readonly ModelMigration[]): ModelFolder {
  const files = Object.assign({}, style.beside, ...migrations.map(style.render)) as Record<string, string>;
  return { convention: style.convention, files, ups: migrations.map(({ number }) => number) };
}

/** A change of a folder under which its meaning stays, or which must be blocked where it would not. */
export interface Edit {
  readonly name: string;
  /** `pick` chooses among the files. */
  apply(files: Readonly<Record<string, string>>, pick: (count: number) => number): Readonly<Record<string, string>>;
}

const own = (files: Readonly<Record<string, string>>) =>
  Object.keys(files).filter((path) => path.endsWith(".sql") && !path.startsWith("../"));
const isDown = (path: string, text: string) => /drop table/.test(text) && !/create table/.test(text) && path !== "";

function renamed(
  files: Readonly<Record<string, string>>,
  pick: (count: number) => number,
  which: (path: string, text: string) => boolean,
  to: (path: string) => string,
): Readonly<Record<string, string>> {
  const some = own(files).filter((path) => which(path, files[path] ?? ""));
  const path = some[pick(Math.max(1, some.length))];
  if (path === undefined || files[to(path)] !== undefined) return files;
  const { [path]: text = "", ...rest } = files;
  return { ...rest, [to(path)]: text };
}

const name = (path: string) => path.slice(path.lastIndexOf("/") + 1);
const folder = (path: string) => path.slice(0, path.lastIndexOf("/") + 1);
const LOST = "drop table t1; drop table t2;";
const adding = (path: string, text: string): Edit => ({
  name: `add ${path}`,
  apply: (files) => (files[path] === undefined ? { ...files, [path]: text } : files),
});
const renaming = (label: string, to: (path: string) => string): Edit => ({
  name: label,
  apply: (files, pick) => renamed(files, pick, isDown, to),
});
const rewriting = (label: string, change: (text: string) => string): Edit => ({
  name: label,
  apply(files, pick) {
    const paths = own(files);
    const path = paths[pick(Math.max(1, paths.length))];
    return path === undefined ? files : { ...files, [path]: change(files[path] ?? "") };
  },
});

/** No edit makes another way up, takes one away, or changes what it does: what runs must stay what it was. */
export const EDITS: readonly Edit[] = [
  ...["down.sql", "undo.sql", "rollback.sql", "revert/0099_m.sql", "seeds/dev.sql", "fixtures.sql", "verify.sql"].map(
    (path) => adding(path, LOST),
  ),
  ...["beforeMigrate.sql", "afterMigrateApplied__x.sql", "callbacks/x.sql", "U0099_m.sql", "V99__x.down.sql"].map(
    (path) => adding(path, LOST),
  ),
  ...["V98__x_down.sql", "9998_undo_x.sql", "9997_x-rollback.up.sql", "2024-12-31-000000_x_revert/up.sql"].map((path) =>
    adding(path, LOST),
  ),
  ...["9999_x.go", "9999_x.js", "0001_m.py"].map((path) => adding(path, "")),
  ...["9999_other/ops.json", "README.md", "notes.txt", "snapshot.json"].map((path) => adding(path, "{}")),
  renaming("move a way back into a folder", (path) => `rollback/${name(path)}`),
  renaming("name a way back by its last word", (path) => path.replace(/(\.down|\.undo)?\.sql$/, "_down.sql")),
  renaming("name a way back between dots", (path) => path.replace(/(\.down|\.undo)?\.sql$/, ".rollback.sql")),
  renaming("name a way back by its first word", (path) => `${folder(path)}rollback_${name(path)}`),
  renaming("name a way back by capitals", (path) => path.replace(/\.sql$/, ".SQL")),
  renaming("take the number from a way back", (path) => `${folder(path)}${name(path).replace(/^[VU]?\d+[._]/, "")}`),
  rewriting("Windows line ends", (text) => text.replace(/\r?\n/g, "\r\n")),
  rewriting("a byte order mark", (text) => `\uFEFF${text}`),
  rewriting("a comment in front", (text) => `-- note\n${text}`),
  rewriting("indent every line", (text) => text.replace(/^(?=.)/gm, "  ")),
  rewriting("plural marks", (text) => text.replace(/(up|down) migration$/gim, "$1 Migrations")),
  rewriting("a word after the marks", (text) => text.replace(/^(--.*(?:migrate:|goose |Migration).*)$/gim, "$1 x")),
  rewriting("marks in capitals", (text) => text.replace(/^--.*$/gm, (line) => line.toUpperCase())),
];
