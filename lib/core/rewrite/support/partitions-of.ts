import type { TableObject } from "../../catalog/catalog.js";
import type { TableRef } from "../../catalog/lookup.js";
import { childrenOf } from "../../catalog/tables.js";
import type { RewriteContext } from "../kind.js";

/** The partitions of a table, in the order of the catalog. */
export function partitionsOf(table: TableRef, { before }: RewriteContext): readonly TableObject[] {
  return childrenOf(before, table).flatMap((each) => before.table(each) ?? []);
}
