import type { ColumnObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { identifier } from "../sql/quote.js";
import { NotCuttable } from "./refusal.js";

/** Types whose text means the same value under any setting of a session, and which have one order. */
const WALKABLE =
  /^(smallint|integer|bigint|oid|numeric|uuid|text|character varying|character|date|timestamp|time)(\(\d+(,\d+)?\))?( (with|without) time zone)?$/;

/** The columns to walk a table by, in the order given. Throws `NotCuttable`. */
export function keyOf(before: CatalogIndex, table: TableRef, by: readonly string[]): readonly ColumnObject[] {
  const name = `${table.schema}.${table.name}`;
  const columns = by.map((column) => {
    const found = before.column(table, column);
    if (!found) throw new NotCuttable("no-key", `${name} has no column ${column}`);
    return found;
  });
  const list = by.join(", ");
  if (!isUnique(before, table, by))
    throw new NotCuttable("no-key", `${list} is neither the primary key of ${name} nor a unique index of all rows`);
  const nullable = columns.find(({ attributes }) => !attributes.notNull);
  if (nullable)
    throw new NotCuttable(
      "no-key",
      `${name}.${nullable.id.name} may be NULL, and a row without a key is never reached`,
    );
  const strange = columns.find(({ attributes }) => !WALKABLE.test(attributes.type) || attributes.generated === "v");
  if (strange)
    throw new NotCuttable(
      "key-type",
      `${name}.${strange.id.name} is of the type ${strange.attributes.type}, by which rows are not walked`,
    );
  return columns;
}

function isUnique(before: CatalogIndex, table: TableRef, by: readonly string[]): boolean {
  const same = (keys: readonly string[]) =>
    keys.length === by.length && by.every((column) => keys.includes(column) || keys.includes(identifier(column)));
  const byConstraint = before
    .constraints(table)
    .some(
      ({ attributes: { type, validated, deferrable, columns } }) =>
        (type === "p" || type === "u") && validated && !deferrable && same(columns),
    );
  return (
    byConstraint ||
    before
      .indexes(table)
      .some(
        ({ attributes: { unique, valid, predicate, keys, constraint, method } }) =>
          unique && valid && predicate === null && constraint === null && method === "btree" && same(keys),
      )
  );
}

/** Whether rows that are written later have greater keys: one column that a sequence fills. */
export function isAscending(key: readonly ColumnObject[]): boolean {
  const [only] = key;
  if (key.length !== 1 || !only) return false;
  return only.attributes.identity !== "" || /^nextval\(/.test(only.attributes.default ?? "");
}
