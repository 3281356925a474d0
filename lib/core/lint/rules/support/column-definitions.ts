import type { ColumnDef, RangeVar } from "libpg-query";
import { as } from "../../../sql/tree.js";
import type { LintStatement } from "../../lint-statement.js";
import { tableName } from "../rule.js";
import { alterCommands } from "./alter-commands.js";

export interface NamedColumn {
  readonly column: ColumnDef;
  readonly table: RangeVar;
  /** `users.email`. */
  readonly name: string;
  /** In a CREATE TABLE rather than added to a table. */
  readonly created: boolean;
}

/** The columns that a CREATE TABLE or an ADD COLUMN defines; temporary tables are left out. */
export function columnDefinitions(statement: LintStatement): NamedColumn[] {
  const create = as(statement.node, "CreateStmt");
  const table = create?.relation;
  if (table && table.relpersistence !== "t") {
    return (create.tableElts ?? []).flatMap((element) => {
      const column = as(element, "ColumnDef");
      return column ? [{ column, table, name: `${tableName(table)}.${column.colname}`, created: true }] : [];
    });
  }
  return alterCommands(statement, "AT_AddColumn").flatMap(({ table: altered, command }) => {
    const column = as(command.def, "ColumnDef");
    const name = `${tableName(altered)}.${column?.colname}`;
    return column ? [{ column, table: altered, name, created: false }] : [];
  });
}
