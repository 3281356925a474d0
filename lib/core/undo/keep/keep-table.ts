import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { identifier } from "../../sql/quote.js";
import type { Statement } from "../../sql/statement.js";
import type { Kept } from "../inverse.js";
import { sqlName } from "../inverses.js";
import { copyName, copyTable, dropCopy, keepCopy, restored, storedAs } from "./copy.js";
import { source } from "./identity.js";

/** A copy of all rows of a table that will be dropped, and the statements that fill it again once it is back. */
export function keepTable(
  statement: Statement,
  before: CatalogIndex,
  table: TableRef,
): { readonly kept: Kept; readonly restore: readonly string[] } {
  const name = copyName(statement, table);
  const columns = before.columns(table).filter((column) => column.attributes.generated === "");
  const list = columns.map((column) => storedAs(column, "t")).join(", ");
  const names = columns.map((column) => identifier(column.id.name)).join(", ");
  const values = columns.map((column) => restored(column, "k")).join(", ");
  const insert = `INSERT INTO ${sqlName(table)} (${names}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM ${copyTable(name)} k`;
  return {
    kept: keepCopy(name, `SELECT ${list} FROM ${source(before, table)} t`, table, statement, before),
    restore: columns.length === 0 ? dropCopy(name) : [insert, ...dropCopy(name)],
  };
}
