import { identifier, literal } from "../../sql/quote.js";
import type { TableState } from "../state/table-state.js";

/** What identifies one row of a table to a person, and orders rows. */
export interface RowKey {
  /** SQL expression of type text: `id=17`. */
  readonly text: string;
  /** SQL expression that can be ordered and compared; one per row. */
  readonly order: string;
}

/** By the table's key, otherwise by the row's physical place, otherwise by the columns that the probe is about. */
export function rowKey(table: TableState, alias: string, columns: readonly string[]): RowKey {
  if (table.key.length > 0) {
    const columns = table.key.map((name) => `${alias}.${identifier(name)}`);
    // Comparing one column is several times as fast as comparing a row of one.
    const order = columns.length === 1 ? columns.join() : `ROW(${columns.join(", ")})`;
    return { text: textOf(table.key, alias), order };
  }
  if (table.rows.stages.length === 0) {
    return { text: `'ctid=' || ${alias}.ctid`, order: `ROW(${alias}.tableoid, ${alias}.ctid)` };
  }
  // Not every type has an order, but every text has one.
  const text = textOf(columns, alias);
  return { text, order: text };
}

/** Enough to find the row by; a value may be a megabyte long. */
const LONGEST_VALUE = 200;

function textOf(names: readonly string[], alias: string): string {
  const parts = names.map((name) => {
    const value = `${alias}.${identifier(name)}::text`;
    const shown = `CASE WHEN length(${value}) > ${LONGEST_VALUE} THEN left(${value}, ${LONGEST_VALUE}) || '…' ELSE ${value} END`;
    return `${literal(`${name}=`)} || coalesce(${shown}, 'NULL')`;
  });
  return parts.length === 0 ? "''" : parts.join(" || ', ' || ");
}
