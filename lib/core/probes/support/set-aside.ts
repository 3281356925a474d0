import type { TableRef } from "../../catalog/lookup.js";
import { OWN_SCHEMA } from "../../catalog/own-schema.js";
import { identifier, literal, qualified } from "../../sql/quote.js";
import type { ReleaseState } from "../state/release-state.js";

/**
 * Moves rows out of a table, as JSON, into one of our own schema, so that nothing is lost. Null when a foreign key would carry
 * the removal on to other rows: then only a person can decide.
 *
 * `chosen` is a query that returns the tableoid and ctid of the rows.
 */
export function setAside(state: ReleaseState, table: TableRef, why: string, chosen: string): string | null {
  const cascades = state.catalog
    .referencedBy(table)
    .some(({ definition }) => /\bON DELETE (CASCADE|SET NULL|SET DEFAULT)\b/.test(definition ?? ""));
  if (cascades) return null;
  const from = qualified(table.schema, table.name);
  const where = `WHERE (tableoid, ctid) IN (${chosen})`;
  return [
    ...PREPARE,
    `WITH moved AS (DELETE FROM ${from} AS t ${where} RETURNING to_jsonb(t) AS row) INSERT INTO ${ASIDE} (relation, why, row) SELECT ${literal(from)}, ${literal(why)}, row FROM moved`,
  ].join(";\n");
}

/** Copies rows there, then changes one column of them. */
export function copyAndSet(table: TableRef, why: string, chosen: string, column: string, value: string): string {
  const from = qualified(table.schema, table.name);
  const where = `WHERE (tableoid, ctid) IN (${chosen})`;
  return [
    ...PREPARE,
    `INSERT INTO ${ASIDE} (relation, why, row) SELECT ${literal(from)}, ${literal(why)}, to_jsonb(t) FROM ${from} AS t ${where}`,
    `UPDATE ${from} SET ${identifier(column)} = ${value} ${where}`,
  ].join(";\n");
}

/** Rows of every table fit into it, and no type of the tenant's holds on to it. */
const ASIDE = `${identifier(OWN_SCHEMA)}.repaired_rows`;
const PREPARE = [
  `CREATE SCHEMA IF NOT EXISTS ${identifier(OWN_SCHEMA)}`,
  `CREATE TABLE IF NOT EXISTS ${ASIDE} (relation text NOT NULL, why text NOT NULL, taken timestamptz NOT NULL DEFAULT now(), row jsonb NOT NULL)`,
];
