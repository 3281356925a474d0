import type { RangeVar } from "libpg-query";
import { as } from "../../sql/tree.js";
import type { Known } from "../known/known.js";
import type { KnownTable } from "../known/table.js";
import type { LintStatement } from "../lint-statement.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";
import { namedColumns } from "./support/named-columns.js";

export const notThere: Rule = {
  id: "SG118",
  slug: "not-there",
  title: "A column or constraint of this name does not exist",
  condition:
    "ALTER or DROP COLUMN, RENAME, DROP or VALIDATE CONSTRAINT, a key, CHECK, generated column, index, trigger, comment, INSERT or UPDATE that names a column or constraint which a table, all of whose columns are known, does not have.",
  effect: "The server refuses the statement, and the migration fails.",
  workaround: "Name what is there; DROP … IF EXISTS where it may be gone already.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  refuses: true,
  nodes: [
    ...(["AlterTableStmt", "RenameStmt", "IndexStmt", "InsertStmt", "UpdateStmt", "CreateTrigStmt"] as const),
    "CommentStmt",
  ],
  *check(statement, known) {
    for (const { kind, name } of missing(statement, known)) {
      yield {
        statement,
        subject: { kind, name },
        message: `The server refuses the statement, because the ${kind} ${name} does not exist.`,
        remedy: { text: "Name what is there." },
      };
    }
  },
};

interface Missing {
  readonly kind: "column" | "constraint";
  readonly name: string;
}

const SYSTEM = new Set(["tableoid", "xmin", "xmax", "cmin", "cmax", "ctid"]);

function missing(statement: LintStatement, known: Known): readonly Missing[] {
  if (known.tables.size === 0) return [];
  return [
    ...namedColumns(statement).flatMap(({ table, column }) => withoutColumn(known, statement, table, column)),
    ...namedConstraints(statement).flatMap(({ table, name }) => withoutConstraint(known, statement, table, name)),
  ];
}

function withoutColumn(known: Known, statement: LintStatement, relation: RangeVar, column: string): readonly Missing[] {
  const table = known.table(relation);
  if (!table?.complete || table.origin === "nowhere" || table.columns.has(column) || SYSTEM.has(column)) return [];
  const added = alterCommands(statement, "AT_AddColumn").some(
    ({ command }) => as(command.def, "ColumnDef")?.colname === column,
  );
  return added ? [] : [{ kind: "column", name: `${tableName(relation)}.${column}` }];
}

/** Does not look for constraints that the server names itself, nor for NOT NULL, which only has a name from 18 on. */
function withoutConstraint(
  known: Known,
  statement: LintStatement,
  relation: RangeVar,
  name: string,
): readonly Missing[] {
  const table = known.table(relation);
  if (!table?.complete || table.origin === "nowhere" || !namesAll(table) || name.endsWith("_not_null")) return [];
  const added = alterCommands(statement, "AT_AddConstraint").some(
    ({ command }) => as(command.def, "Constraint")?.conname === name,
  );
  const there = table.constraints.some((constraint) => constraint.name === name);
  return there || added ? [] : [{ kind: "constraint", name: `${name} of ${tableName(relation)}` }];
}

function namesAll({ constraints }: KnownTable): boolean {
  return constraints.every(({ name }) => name !== null);
}

function namedConstraints(statement: LintStatement): readonly { readonly table: RangeVar; readonly name: string }[] {
  const commands = alterCommands(statement, "AT_DropConstraint", "AT_ValidateConstraint");
  const rename = as(statement.node, "RenameStmt");
  return [
    ...commands
      .filter(({ command }) => !command.missing_ok)
      .map(({ table, command }) => ({ table, name: command.name ?? "" })),
    ...(rename?.relation && rename.renameType === "OBJECT_TABCONSTRAINT"
      ? [{ table: rename.relation, name: rename.subname ?? "" }]
      : []),
  ];
}
