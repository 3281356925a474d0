import { identifier } from "../../sql/quote.js";
import type { TableState } from "../state/table-state.js";

/** The columns of a table that some SQL over it names. A name that only looks like a column counts: too many is the safe side. */
export function columnsNamed(table: TableState, sql: readonly string[]): readonly string[] {
  return table.columns
    .map((column) => column.name)
    .filter((name) => {
      const word = new RegExp(`(?<![\\w$"])${name.replaceAll(/[^\w]/g, "\\$&")}(?![\\w$"])`, "i");
      return sql.some((text) => text.includes(identifier(name)) || word.test(text));
    });
}
