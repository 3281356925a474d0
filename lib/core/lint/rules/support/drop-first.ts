import type { RangeVar } from "libpg-query";
import { readableRelation } from "../../../sql/readable-name.js";

/** DROP INDEX CONCURRENTLY for what a failed build may have left, then the build without IF NOT EXISTS. */
export function dropFirstForm(create: string, table: RangeVar, index: string): readonly [string, string] {
  const name = readableRelation({ ...table, relname: index });
  return [`DROP INDEX CONCURRENTLY IF EXISTS ${name}`, create.replace(/\bif\s+not\s+exists\s+/i, "")];
}
