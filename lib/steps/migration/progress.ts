import { bindSchemas, OWN_SCHEMA } from "../../core/catalog/own-schema.js";
import { identifier, literal, qualified } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";
import { assertOurs } from "../catalog/own-objects.js";

/** Parts of a migration by their index: begun, or done. */
export type Progress = ReadonlyMap<number, "started" | "finished">;

const TABLE = qualified(OWN_SCHEMA, "progress");
const SETUP = `create schema if not exists ${identifier(OWN_SCHEMA)};
  create table if not exists ${TABLE} (version text, part int, state text not null, primary key (version, part))`;

/** What an earlier attempt at a migration that needs several transactions has done. Creates the table if it is missing. */
export async function readProgress(session: Session, version: string, schema: string | null): Promise<Progress> {
  await session.script(bindSchemas(SETUP, schema));
  await assertOurs(session, schema);
  const rows = await session.query<{ part: number; state: "started" | "finished" }>(
    bindSchemas(`select part, state from ${TABLE} where version = $1`, schema),
    [version],
  );
  return new Map(rows.map(({ part, state }) => [part, state]));
}

export async function recordProgress(
  session: Session,
  version: string,
  part: number,
  state: "started" | "finished",
  schema: string | null,
): Promise<void> {
  const sql = `insert into ${TABLE} values ($1, $2, $3) on conflict (version, part) do update set state = excluded.state`;
  await session.query(bindSchemas(sql, schema), [version, part, state]);
}

/** Whether an earlier attempt at any of these migrations stopped halfway. Creates nothing. */
export async function partsBegun(
  session: Session,
  versions: readonly string[],
  schema: string | null,
): Promise<boolean> {
  return (await versionsBegun(session, versions, schema)).size > 0;
}

/** Those of the migrations at which an earlier attempt stopped halfway, with the state of their parts. Creates nothing. */
export async function versionsBegun(
  session: Session,
  versions: readonly string[],
  schema: string | null,
): Promise<ReadonlyMap<string, "started" | "finished">> {
  const [table] = await session.query<{ present: boolean }>(
    bindSchemas(`select to_regclass(${literal(TABLE)}) is not null as present`, schema),
  );
  if (!table?.present) return new Map();
  // `finished` sorts before `started`: one part that is done counts.
  const sql = `select version, min(state) as state from ${TABLE} where version = any($1) group by version`;
  const rows = await session.query<{ version: string; state: "started" | "finished" }>(bindSchemas(sql, schema), [
    versions,
  ]);
  return new Map(rows.map(({ version, state }) => [version, state]));
}

/** One part was not begun after all. */
export async function forgetProgress(
  session: Session,
  version: string,
  part: number,
  schema: string | null,
): Promise<void> {
  const sql = `delete from ${TABLE} where version = $1 and part = $2`;
  await session.query(bindSchemas(sql, schema), [version, part]);
}

export async function clearProgress(session: Session, version: string, schema: string | null): Promise<void> {
  await session.query(bindSchemas(`delete from ${TABLE} where version = $1`, schema), [version]);
}
