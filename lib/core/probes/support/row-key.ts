import { identifier, literal } from "../../sql/quote.js";
import type { TableState } from "../state/table-state.js";

/** What names one row of a table to a person, and orders rows. */
export interface RowKey {
  /** SQL expression of type text: `id=17`. */
  readonly text: string;
  /** SQL expression that can be ordered and compared; one per row. */
  readonly order: string;
}

/** By the key of the table, else by the place of the row, else by the columns that the probe is about. */
export function rowKey(table: TableState, alias: string, columns: readonly string[]): RowKey {
  const column = (name: string) => `${alias}.${identifier(name)}`;
  if (table.key.length > 0) return ofColumns(table.key, column);
  if (table.rows.stages.length === 0) {
    return { text: `'ctid=' || ${alias}.ctid`, order: `ROW(${alias}.tableoid, ${alias}.ctid)` };
  }
  return ofColumns(columns, column);
}

function ofColumns(names: readonly string[], column: (name: string) => string): RowKey {
  const parts = names.map((name) => `${literal(`${name}=`)} || coalesce(${column(name)}::text, 'NULL')`);
  const order = names.map(column);
  return { text: parts.join(" || ', ' || "), order: `ROW(${order.join(", ")})` };
}
