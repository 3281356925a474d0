import { parseType } from "../../postgres/type-change.js";
import { identifier, qualified } from "../../sql/quote.js";
import { initialTable } from "../state/initial-state.js";
import type { ReleaseState } from "../state/release-state.js";
import { columnOf, originColumns, type TableState } from "../state/table-state.js";
import { duplicateRows, type WantedKey } from "./duplicate-rows.js";
import { setAside } from "./set-aside.js";

/** A length from which on an appended key fits in practice; where it does not, the UPDATE fails and changes nothing. */
const ROOM_FOR_KEY = 40;

/**
 * Makes the rows after the first of each key unique: a text among the columns gets the row's own key appended; without
 * one the rows move aside. Nothing is lost in either case. Null when the release changes the table before.
 */
export function repairDuplicates(state: ReleaseState, key: WantedKey, columns: readonly string[]): string | null {
  const { origin } = key.table;
  if (!origin || !isUntouched(key.table, columns)) return null;
  const table = { ...initialTable(state.catalog, origin), name: key.table.name };
  const alias = identifier(table.name.name);
  const place = [`${alias}.tableoid`, `${alias}.ctid`];
  const duplicates = duplicateRows({ ...key, table }, columns, place);
  const text = textColumn(
    state,
    table,
    columns.filter((name) => tellsApart(key, name)),
  );
  if (text === null) return setAside(state, origin, "repeated", `SELECT m0, m1 FROM (${duplicates}) AS duplicates`);
  const column = identifier(text);
  const suffix =
    table.key.length > 0
      ? table.key.map((name) => `${alias}.${identifier(name)}::text`).join(" || '-' || ")
      : "duplicates.copy::text";
  return `UPDATE ${qualified(origin.schema, origin.name)} AS ${alias} SET ${column} = coalesce(${alias}.${column}, '') || '-' || ${suffix} FROM (${duplicates}) AS duplicates WHERE ${alias}.tableoid = duplicates.m0 AND ${alias}.ctid = duplicates.m1`;
}

/** The repair runs before the release, so it must find the columns under the names that they have then. */
function isUntouched(table: TableState, columns: readonly string[]): boolean {
  const all = [...columns, ...table.key];
  const origins = originColumns(table, all);
  return table.sameRows && origins !== null && all.every((name, at) => origins[at] === name);
}

/** Functions that give another text for a text with something behind it. */
const KEEPS_END = "lower|upper|btrim|ltrim|rtrim|md5";

/** True when a longer value of the column makes another key. */
function tellsApart({ parts }: WantedKey, name: string): boolean {
  const called = new RegExp(`^\\((?:${KEEPS_END})\\(("?)([^()"]+)\\1\\)\\)$`, "i");
  return parts.some(({ column, sql }) => column === name || called.exec(sql)?.[2] === name);
}

function textColumn(state: ReleaseState, table: TableState, columns: readonly string[]): string | null {
  const constrained = new Set(
    table.origin === null
      ? []
      : state.catalog
          .constraints(table.origin)
          .flatMap(({ attributes }) => (attributes.type === "f" ? attributes.columns : [])),
  );
  const usable = columns.filter((name) => {
    const column = columnOf(table, name);
    const type = column && !column.generated && !constrained.has(name) ? parseType(column.type) : null;
    if (type?.base === "text" || type?.base === "citext") return true;
    return type?.base === "character varying" && (type.modifiers[0] ?? ROOM_FOR_KEY) >= ROOM_FOR_KEY;
  });
  return usable.at(-1) ?? null;
}
