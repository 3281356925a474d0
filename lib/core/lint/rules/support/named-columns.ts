import type { Constraint, Node, RangeVar } from "libpg-query";
import { columnConstraints } from "../../../sql/column-constraints.js";
import { as, columnsOf, find, listItems, strings } from "../../../sql/tree.js";
import type { LintStatement } from "../../lint-statement.js";
import { alterCommands } from "./alter-commands.js";

/** A column that a statement takes for one of this table. */
export interface NamedColumn {
  readonly table: RangeVar;
  readonly column: string;
}

/** Columns that a statement names and that their table must have by then, including those that the statement itself adds. */
export function namedColumns(statement: LintStatement): readonly NamedColumn[] {
  const { node } = statement;
  if ("AlterTableStmt" in node) return [...alteredColumns(statement), ...constrainedColumns(statement)];
  if ("RenameStmt" in node) return alteredColumns(statement);
  return "IndexStmt" in node ? indexedColumns(node) : [...writtenColumns(node), ...otherColumns(node)];
}

const ALTERS = [
  ...(["AT_AlterColumnType", "AT_ColumnDefault", "AT_SetNotNull", "AT_DropNotNull", "AT_DropColumn"] as const),
  ...(["AT_SetStatistics", "AT_SetStorage", "AT_SetCompression", "AT_SetOptions", "AT_AddIdentity"] as const),
  ...(["AT_SetIdentity", "AT_DropIdentity", "AT_DropExpression"] as const),
];

function alteredColumns(statement: LintStatement): readonly NamedColumn[] {
  const altered = alterCommands(statement, ...ALTERS).filter(({ command }) => !command.missing_ok);
  const rename = as(statement.node, "RenameStmt");
  const renamed = rename?.relation && rename.renameType === "OBJECT_COLUMN" && !rename.missing_ok;
  return [
    ...altered.map(({ table, command }) => ({ table, column: command.name ?? "" })),
    ...(renamed && rename.relation ? [{ table: rename.relation, column: rename.subname ?? "" }] : []),
  ];
}

/** Columns of keys, CHECKs and generated columns that an ALTER TABLE adds. */
function constrainedColumns(statement: LintStatement): readonly NamedColumn[] {
  return alterCommands(statement, "AT_AddConstraint", "AT_AddColumn").flatMap(({ table, command }) => {
    const definition = as(command.def, "ColumnDef");
    const own = definition ? columnConstraints(definition) : [as(command.def, "Constraint")];
    return own.flatMap((each) => (each ? ofConstraint(table, each) : []));
  });
}

function ofConstraint(table: RangeVar, constraint: Constraint): readonly NamedColumn[] {
  const holds = constraint.contype === "CONSTR_CHECK" || constraint.contype === "CONSTR_GENERATED";
  const listed = [...strings(constraint.keys), ...strings(constraint.fk_attrs), ...strings(constraint.fk_del_set_cols)];
  return [...listed.map((column) => ({ table, column })), ...(holds ? ofExpression(table, constraint.raw_expr) : [])];
}

/** Columns of an expression over one table; a reference that may be to a whole row, or to a field of a column, does not count. */
function ofExpression(table: RangeVar, expression: Node | undefined): readonly NamedColumn[] {
  if (find(expression, "A_Indirection").length > 0 || find(expression, "SubLink").length > 0) return [];
  const plain = find(expression, "ColumnRef").every(({ fields }) => strings(fields).length === 1);
  const own = table.alias?.aliasname ?? table.relname;
  return plain ? columnsOf(expression).flatMap((column) => (column === own ? [] : [{ table, column }])) : [];
}

function indexedColumns(node: Node): readonly NamedColumn[] {
  const index = as(node, "IndexStmt");
  const table = index?.relation;
  if (!table) return [];
  const elements = [...(index.indexParams ?? []), ...(index.indexIncludingParams ?? [])];
  return [
    ...elements.flatMap((element) => {
      const { name, expr } = as(element, "IndexElem") ?? {};
      return name === undefined ? ofExpression(table, expr) : [{ table, column: name }];
    }),
    ...ofExpression(table, index.whereClause),
  ];
}

/** What an INSERT or UPDATE assigns, anywhere in the statement. */
function writtenColumns(node: Node): readonly NamedColumn[] {
  const targets = (table: RangeVar | undefined, list: readonly Node[] | undefined) =>
    (list ?? []).flatMap((item) => {
      const column = as(item, "ResTarget")?.name;
      return table && column !== undefined ? [{ table, column }] : [];
    });
  return [
    ...find(node, "InsertStmt").flatMap(({ relation, cols, onConflictClause }) => [
      ...targets(relation, cols),
      ...targets(relation, onConflictClause?.targetList),
      ...(onConflictClause?.infer?.indexElems ?? []).flatMap((element) => {
        const column = as(element, "IndexElem")?.name;
        return relation && column !== undefined ? [{ table: relation, column }] : [];
      }),
    ]),
    ...find(node, "UpdateStmt").flatMap(({ relation, targetList }) => targets(relation, targetList)),
  ];
}

/** UPDATE OF in a trigger, and a comment. */
function otherColumns(node: Node): readonly NamedColumn[] {
  const trigger = as(node, "CreateTrigStmt");
  const comment = as(node, "CommentStmt");
  const [column, relname, schemaname] =
    comment?.objtype === "OBJECT_COLUMN" ? [...strings(listItems(comment.object))].reverse() : [];
  return [
    ...strings(trigger?.columns).flatMap((each) =>
      trigger?.relation ? [{ table: trigger.relation, column: each }] : [],
    ),
    ...(column !== undefined && relname !== undefined
      ? [{ table: { relname, ...(schemaname === undefined ? {} : { schemaname }) }, column }]
      : []),
  ];
}
