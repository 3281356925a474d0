import type { RangeVar } from "libpg-query";
import type { TableObject } from "../../catalog/catalog.js";
import type { TableRef } from "../../catalog/lookup.js";
import { resolveTable } from "../../operations/resolve.js";
import { readableRelation } from "../../sql/readable-name.js";
import type { RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";

export function refOf(table: RangeVar, { before }: RewriteContext): TableRef {
  return resolveTable({ schema: table.schemaname ?? null, name: table.relname ?? "" }, before);
}

/** The table as the catalog has it before the migration. Throws `NotRewritable` if it does not exist. */
export function tableOf(table: RangeVar, context: RewriteContext): TableObject {
  const found = context.before.table(refOf(table, context));
  if (!found)
    throw new NotRewritable("no-table", `the migrations before this one make no table ${readableRelation(table)}`);
  return found;
}

/** The columns to walk a table by: its primary key, otherwise a unique index on NOT NULL columns. Null when there are none. */
export function walkedBy(ref: TableRef, { before }: RewriteContext): readonly string[] | null {
  const keys = before
    .constraints(ref)
    .filter(({ attributes }) => attributes.type === "p" || attributes.type === "u")
    .sort((a, b) => (a.attributes.type < b.attributes.type ? -1 : 1));
  const isPresent = (column: string) => before.column(ref, column)?.attributes.notNull === true;
  return keys.find(({ attributes }) => attributes.columns.every(isPresent))?.attributes.columns ?? null;
}
