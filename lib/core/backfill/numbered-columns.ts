import type { Node, RangeVar } from "libpg-query";
import type { Migration } from "../migration/release.js";
import { treeAlone } from "../sql/parse.js";
import { as, strings } from "../sql/tree.js";

/** A column whose rows a backfill numbers. */
export interface NumberedColumn {
  readonly table: Pick<RangeVar, "schemaname" | "relname">;
  readonly column: string;
}

/**
 * Columns that a backfill sets to the next value of a sequence. PostgreSQL does not say in which order an UPDATE meets rows, so which row gets which
 * number differs from run to run: only that each has its own number can be compared. The parser must be loaded.
 */
export function numberedColumns(migrations: readonly Migration[]): readonly NumberedColumn[] {
  return migrations.flatMap(({ up: { backfill, statements } }) => {
    const sql = backfill && statements[backfill.statement]?.sql;
    const update = as((sql ? treeAlone(sql) : null) ?? undefined, "UpdateStmt");
    const table = update?.relation;
    if (!table) return [];
    return (update.targetList ?? []).flatMap((each) => {
      const target = as(each, "ResTarget");
      return isNumber(target?.val) && target?.name !== undefined ? [{ table, column: target.name }] : [];
    });
  });
}

/** What the migrations before this place have numbered. Another run gives different numbers there; what the migration numbers itself is separate. */
export function numberedBefore(migrations: readonly Migration[], at: number): readonly NumberedColumn[] {
  const own = numberedColumns(migrations.slice(at, at + 1));
  const isOwn = ({ table, column }: NumberedColumn) =>
    own.some((each) => each.column === column && each.table.relname === table.relname);
  return numberedColumns(migrations.slice(0, at)).filter((each) => !isOwn(each));
}

/** The server's own `nextval`, also with a cast: a function of the same name in another schema may return anything. */
function isNumber(value: Node | undefined): boolean {
  const cast = as(value, "TypeCast");
  if (cast) return isNumber(cast.arg);
  const [name, ...schemas] = strings(as(value, "FuncCall")?.funcname).reverse();
  return name === "nextval" && schemas.every((schema) => schema === "pg_catalog");
}
