import type { RangeVar } from "libpg-query";
import type { Migration } from "../migration/release.js";
import { treeAlone } from "../sql/parse.js";
import { as, strings } from "../sql/tree.js";

/** A column whose rows are numbered by a backfill. */
export interface NumberedColumn {
  readonly table: Pick<RangeVar, "schemaname" | "relname">;
  readonly column: string;
}

/**
 * Columns that a backfill sets to the next value of a sequence. PostgreSQL says nothing of the order in which an UPDATE meets rows, so that
 * which row gets which number is not the same twice: that each has one of its own is all that can be compared. The parser must be loaded.
 */
export function numberedColumns(migrations: readonly Migration[]): readonly NumberedColumn[] {
  return migrations.flatMap(({ up: { backfill, statements } }) => {
    const sql = backfill && statements[backfill.statement]?.sql;
    const update = as((sql ? treeAlone(sql) : null) ?? undefined, "UpdateStmt");
    const table = update?.relation;
    if (!table) return [];
    return (update.targetList ?? []).flatMap((each) => {
      const target = as(each, "ResTarget");
      const isNumber = strings(as(target?.val, "FuncCall")?.funcname).at(-1) === "nextval";
      return isNumber && target?.name !== undefined ? [{ table, column: target.name }] : [];
    });
  });
}
