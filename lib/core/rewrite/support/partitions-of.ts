import type { TableObject } from "../../catalog/catalog.js";
import type { TableRef } from "../../catalog/lookup.js";
import { childrenOf } from "../../catalog/tables.js";
import { readableName } from "../../sql/readable-name.js";
import type { RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";

/** The partitions of a table, in the catalog's order; an index can be built concurrently on each. Throws `NotRewritable`. */
export function plainPartitionsOf(table: TableRef, { before }: RewriteContext): readonly TableObject[] {
  if (before.table(table)?.attributes.relkind !== "p")
    throw new NotRewritable(
      "depends",
      `${readableName(table.name)} becomes partitioned in this migration: put what takes long on it before the INSERT that fills it`,
    );
  const partitions = childrenOf(before, table).flatMap((each) => before.table(each) ?? []);
  const unfit = partitions.find(({ attributes }) => attributes.relkind !== "r");
  if (unfit)
    throw new NotRewritable(
      "partitioned",
      `the partition ${readableName(unfit.id.name)} is ${unfit.attributes.relkind === "p" ? "partitioned itself" : "a foreign table"}`,
    );
  return partitions;
}
