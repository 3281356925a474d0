import type { RangeVar } from "libpg-query";
import { objectName } from "../../../postgres/chosen-names.js";
import { readableName, readableRelation } from "../../../sql/readable-name.js";

/** Name of the CHECK that temporarily proves a column free of NULLs. */
export function presenceCheck(table: RangeVar, column: string): string {
  return objectName(table.relname ?? "", column, "present");
}

/** A CHECK that is validated while others read and write, then SET NOT NULL, which trusts it, then dropping the CHECK: no long lock. */
export function checkFirstForm(table: RangeVar, column: string): readonly [string, string, string, string] {
  const relation = readableRelation(table);
  const check = readableName(presenceCheck(table, column));
  return [
    `ALTER TABLE ${relation} ADD CONSTRAINT ${check} CHECK (${readableName(column)} IS NOT NULL) NOT VALID`,
    `ALTER TABLE ${relation} VALIDATE CONSTRAINT ${check}`,
    `ALTER TABLE ${relation} ALTER COLUMN ${readableName(column)} SET NOT NULL`,
    `ALTER TABLE ${relation} DROP CONSTRAINT ${check}`,
  ];
}
