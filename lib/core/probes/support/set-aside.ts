import type { TableRef } from "../../catalog/lookup.js";
import { OWN_SCHEMA } from "../../catalog/own-schema.js";
import { identifier, literal, qualified } from "../../sql/quote.js";
import { visible } from "../../visible.js";
import type { ReleaseState } from "../state/release-state.js";

/** What a repair says about itself, above its SQL. */
interface Repair {
  /** One word for what is wrong with the rows, which is kept with them: `orphans`, `repeated`. */
  readonly why: string;
  /** A sentence without the final full stop; other people's names are made visible here. */
  readonly says: string;
}

/**
 * Moves rows out of a table, as text, into one of our own schema, so that nothing is lost. Null when a foreign key would extend the removal to other
 * rows: then only a person can decide.
 *
 * `chosen` is a query that returns the tableoid and ctid of the rows.
 */
export function setAside(state: ReleaseState, table: TableRef, repair: Repair, chosen: string): string | null {
  const cascades = state.catalog
    .referencedBy(table)
    .some(({ definition }) => /\bON DELETE (CASCADE|SET NULL|SET DEFAULT)\b/.test(definition ?? ""));
  if (cascades) return null;
  const from = qualified(table.schema, table.name);
  return `${head(repair, "The rows move")}
WITH moved AS (
  DELETE FROM ${from} AS t
  WHERE (tableoid, ctid) IN (
${indented(chosen)}
  )
  RETURNING (t.*)::text AS was
)
INSERT INTO ${REPAIRED_ROWS} (relation, why, repair, taken, names, was)
SELECT ${literal(from)}, ${literal(repair.why)}, ${WHICH}, clock_timestamp(), ${namesOf(from)}, was FROM moved`;
}

/** Changes one column of rows, and keeps there how each row was and what it became. */
export function copyAndSet(
  table: TableRef,
  repair: Repair,
  chosen: string,
  change: { readonly column: string; readonly value: string },
): string {
  const from = qualified(table.schema, table.name);
  return `${head(repair, "The rows as they were go")}
WITH gate_old AS (
  SELECT t.tableoid AS gate_table, t.ctid AS gate_row, (t.*)::text AS gate_was FROM ${from} AS t
  WHERE (t.tableoid, t.ctid) IN (
${indented(chosen)}
  )
), gate_set AS (
  UPDATE ${from} AS t SET ${identifier(change.column)} = ${change.value} FROM gate_old
  WHERE (t.tableoid, t.ctid) = (gate_table, gate_row)
  RETURNING gate_was AS was, (t.*)::text AS became
)
INSERT INTO ${REPAIRED_ROWS} (relation, why, changed, repair, taken, names, was, became)
SELECT ${literal(from)}, ${literal(repair.why)}, ${literal(change.column)}, ${WHICH}, clock_timestamp(), ${namesOf(from)}, was, became FROM gate_set`;
}

/** The columns whose values are in a row's text, in order. */
function namesOf(relation: string): string {
  return `ARRAY(
  SELECT attname::text FROM pg_attribute WHERE attrelid = ${literal(relation)}::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
)`;
}

/** Rows of every table fit into it, and it depends on none of the tenant's types. */
const REPAIRED_ROWS = `${identifier(OWN_SCHEMA)}.repaired_rows`;

/** Whether a repair keeps what it removes, so that it can be undone; ending sessions, for example, cannot be. */
export function keepsRows(repair: string): boolean {
  return repair.includes(".repaired_rows (");
}

/** The setting in which a repair that can be undone says which one it is. */
export const REPAIR_SETTING = "schema_gate.repair";
const WHICH = `current_setting('${REPAIR_SETTING}', true)`;

/**
 * `was` and `became` are rows as `record_out` prints them, which loses nothing. `changed` is the column that the repair set; it is NULL for a row
 * that moved, and so is `became`.
 */
const PREPARE = `CREATE SCHEMA IF NOT EXISTS ${identifier(OWN_SCHEMA)};
CREATE TABLE IF NOT EXISTS ${REPAIRED_ROWS} (
  relation text NOT NULL, why text NOT NULL, changed text, repair text, taken timestamptz NOT NULL,
  names text[] NOT NULL, was text NOT NULL, became text
);`;

function head({ says }: Repair, what: string): string {
  return `-- ${visible(says)}.\n-- ${what} to ${REPAIRED_ROWS}.\n${PREPARE}`;
}

function indented(sql: string): string {
  return sql
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}
