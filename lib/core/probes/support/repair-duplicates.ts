import { identifier } from "../../sql/quote.js";
import { initialTable } from "../state/initial-state.js";
import type { ReleaseState } from "../state/release-state.js";
import { columnOf, originColumns, type TableState } from "../state/table-state.js";
import { keyedRows, type WantedKey } from "./duplicate-rows.js";
import { tableName } from "./hit-query.js";
import { rowKey } from "./row-key.js";
import { copyAndSet, setAside } from "./set-aside.js";

/**
 * Keeps the first row of each key and moves the others aside. Where other tables refer to the rows, they stay, and a nullable column of the key is
 * emptied. No value is invented, since somebody may read it. Null when only a person can decide, and when the release changes the table first.
 */
export function repairDuplicates(state: ReleaseState, key: WantedKey, columns: readonly string[]): string | null {
  const { origin } = key.table;
  if (!origin || !isUntouched(key.table, columns)) return null;
  const table = { ...initialTable(state.catalog, origin), name: key.table.name };
  const alias = identifier(table.name.name);
  const { order } = rowKey(table, alias, columns);
  const names = key.parts.map((_, at) => `k${at}`).join(", ");
  const rows = keyedRows({ ...key, table }, [`${order} AS position`, `${alias}.tableoid`, `${alias}.ctid`]);
  const chosen = `SELECT tableoid, ctid FROM (
  SELECT tableoid, ctid, row_number() OVER (PARTITION BY ${names} ORDER BY position) AS copy
  FROM (${rows}) AS keyed
) AS numbered
WHERE copy > 1`;
  const says = `Of the rows of ${tableName(table)} with the same ${key.name} the first stays as it is`;
  if (state.catalog.referencedBy(origin).length === 0)
    return setAside(state, origin, { why: "repeated", says }, chosen);
  const column = emptiable(key, table);
  if (column === null) return null;
  return copyAndSet(origin, { why: "repeated", says: `${says}; in the others ${column} becomes NULL` }, chosen, {
    column,
    value: "NULL",
  });
}

/** A key column without which a row repeats nothing: the last that may be NULL. */
function emptiable({ parts, nullsNotDistinct }: WantedKey, table: TableState): string | null {
  if (nullsNotDistinct) return null;
  const names = parts.flatMap(({ column }) => {
    const state = column === null ? null : columnOf(table, column);
    return state && !state.notNull && !state.generated ? [state.name] : [];
  });
  return names.at(-1) ?? null;
}

/** The repair runs before the release, so it must find the columns under the names that they have then. */
function isUntouched(table: TableState, columns: readonly string[]): boolean {
  const all = [...columns, ...table.key];
  const origins = originColumns(table, all);
  return table.sameRows && origins !== null && all.every((name, at) => origins[at] === name);
}
