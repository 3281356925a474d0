import type { TableRef } from "../../catalog/lookup.js";
import { OWN_SCHEMA } from "../../rollback/own-schema.js";
import { identifier, qualified } from "../../sql/quote.js";
import type { ReleaseState } from "../state/release-state.js";

/**
 * Moves rows out of a table into one of our own schema, so that nothing is lost. Null when a foreign key would carry
 * the removal on to other rows: then only a person can decide.
 *
 * `chosen` is a query that returns the ctid and tableoid of the rows.
 */
export function setAside(state: ReleaseState, table: TableRef, why: string, chosen: string): string | null {
  const cascades = state.catalog
    .referencedBy(table)
    .some(({ definition }) => /\bON DELETE (CASCADE|SET NULL|SET DEFAULT)\b/.test(definition ?? ""));
  if (cascades) return null;
  const from = qualified(table.schema, table.name);
  const aside = qualified(OWN_SCHEMA, shortened(`${why}_${table.schema.replaceAll("$", "")}_${table.name}`));
  return [
    `CREATE SCHEMA IF NOT EXISTS ${identifier(OWN_SCHEMA)}`,
    `CREATE TABLE IF NOT EXISTS ${aside} AS SELECT * FROM ${from} WHERE false`,
    `WITH moved AS (DELETE FROM ${from} WHERE (tableoid, ctid) IN (${chosen}) RETURNING *) INSERT INTO ${aside} SELECT * FROM moved`,
  ].join(";\n");
}

/** A name of at most 63 bytes, PostgreSQL's limit. */
function shortened(name: string): string {
  let short = name;
  while (Buffer.byteLength(short) > 63) short = [...short].slice(0, -1).join("");
  return short;
}
