import type { SelectStmt } from "libpg-query";
import { persistence } from "./create-table.js";
import { relationName } from "./names.js";
import type { Draft } from "./reader.js";
import { tablesRead } from "./tables-read.js";

/** The table that SELECT … INTO creates; null for a plain SELECT. */
export function createdByInto(tree: SelectStmt): Draft | null {
  const into = tree.intoClause;
  if (!into?.rel) return null;
  const { intoClause: _, ...query } = tree;
  return {
    kind: "create-table-as",
    table: relationName(into.rel),
    reads: tablesRead({ SelectStmt: query }),
    withData: !into.skipData,
    persistence: persistence(into.rel),
    ifNotExists: false,
  };
}
