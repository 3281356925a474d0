import type { ColumnObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { names } from "../catalog/tables.js";
import { identifier } from "../sql/quote.js";
import { NotCuttable } from "./refusal.js";

/** Types whose text means the same value under any session settings, and which have only one order. */
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
  const computed = columns.find(({ attributes }) => attributes.generated !== "");
  if (computed) throw new NotCuttable("key-changed", `${name}.${computed.id.name} is computed from other columns`);
  const strange = columns.find(({ attributes }) => !WALKABLE.test(attributes.type));
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

/**
 * Whether rows that are written later have greater keys: a single column, filled by a sequence that counts up, never starts over, and whose numbers
 * no session takes in advance.
 */
export function isAscending(before: CatalogIndex, table: TableRef, key: readonly ColumnObject[]): boolean {
  const [only] = key;
  if (key.length !== 1 || !only || !/^(smallint|integer|bigint|numeric)/.test(only.attributes.type)) return false;
  const { default: value, identity } = only.attributes;
  const named = /^nextval\('((?:[^']|'')+)'::regclass\)$/.exec(value ?? "")?.[1]?.replaceAll("''", "'");
  const sequences = before.catalog.objects.filter(({ kind, id, attributes }) => {
    if (kind !== "sequence") return false;
    if (identity !== "") return attributes.identity === true && isOwnedBy(String(attributes.ownedBy), table, only);
    return named !== undefined && names(named, { schema: id.schema ?? "", name: id.name });
  });
  const [sequence] = sequences;
  if (!sequence || sequences.length > 1) return false;
  const { increment, cycle, cache } = sequence.attributes;
  return !String(increment).startsWith("-") && cycle !== true && cache === "1";
}

/** `schema.table.column`, quoted where it must be. */
function isOwnedBy(text: string, table: TableRef, column: ColumnObject): boolean {
  const suffixes = [`.${column.id.name}`, `.${identifier(column.id.name)}`];
  return suffixes.some((suffix) => text.endsWith(suffix) && names(text.slice(0, -suffix.length), table));
}
