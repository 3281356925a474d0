import type { TableRef } from "../../catalog/lookup.js";
import { OWN_SCHEMA } from "../../catalog/own-schema.js";
import { identifier, literal, qualified } from "../../sql/quote.js";
import { visible } from "../../visible.js";
import type { ReleaseState } from "../state/release-state.js";

/** What a repair says of itself, above its SQL. */
interface Repair {
  /** One word for the rows' fault, which is kept with them: `orphans`, `repeated`. */
  readonly why: string;
  /** A sentence without the final stop; foreign names are made visible here. */
  readonly says: string;
}

/**
 * Moves rows out of a table, as JSON, into one of our own schema, so that nothing is lost. Null when a foreign key would carry
 * the removal on to other rows: then only a person can decide.
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
  RETURNING to_jsonb(t) AS row
)
INSERT INTO ${REPAIRED_ROWS} (relation, why, repair, row)
SELECT ${literal(from)}, ${literal(repair.why)}, ${WHICH}, row FROM moved`;
}

/** Copies rows there, then changes one column of them; in one statement, so that both mean the same rows. */
export function copyAndSet(
  table: TableRef,
  repair: Repair,
  chosen: string,
  change: { readonly column: string; readonly value: string },
): string {
  const from = qualified(table.schema, table.name);
  const where = `WHERE (tableoid, ctid) IN (\n${indented(chosen)}\n  )`;
  return `${head(repair, "The rows as they were go")}
WITH kept AS (
  INSERT INTO ${REPAIRED_ROWS} (relation, why, changed, repair, row)
  SELECT ${literal(from)}, ${literal(repair.why)}, ${literal(change.column)}, ${WHICH}, to_jsonb(t) FROM ${from} AS t
  ${where}
)
UPDATE ${from} SET ${identifier(change.column)} = ${change.value}
  ${where}`;
}

/** Rows of every table fit into it, and no type of the tenant's holds on to it. */
const REPAIRED_ROWS = `${identifier(OWN_SCHEMA)}.repaired_rows`;

/** Whether a repair keeps what it takes away, so that it can be undone: ending sessions, for one, cannot. */
export function keepsRows(repair: string): boolean {
  return repair.includes(".repaired_rows (");
}

/** The setting under which a repair that can be undone says which it is. */
export const REPAIR_SETTING = "schema_gate.repair";
const WHICH = `current_setting('${REPAIR_SETTING}', true)`;

/** `changed` is the column that the repair set; NULL for a row that moved. */
const PREPARE = `CREATE SCHEMA IF NOT EXISTS ${identifier(OWN_SCHEMA)};
CREATE TABLE IF NOT EXISTS ${REPAIRED_ROWS} (
  relation text NOT NULL, why text NOT NULL, changed text, repair text,
  taken timestamptz NOT NULL DEFAULT now(), row jsonb NOT NULL
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
