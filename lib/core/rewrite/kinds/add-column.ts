import type { ColumnDef, Constraint, Node } from "libpg-query";
import { isSerial } from "../../lint/known/from-definition.js";
import type { LintStatement } from "../../lint/lint-statement.js";
import { defaultOf } from "../../lint/rules/support/default-of.js";
import { isEmptied } from "../../lint/rules/support/emptied-tables.js";
import { volatileCall } from "../../postgres/volatile-call.js";
import { columnConstraints } from "../../sql/column-constraints.js";
import { deparse } from "../../sql/deparse.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { type AlterCommand, as } from "../../sql/tree.js";
import type { Move, RewriteContext, RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { fillMoves } from "../support/fill-move.js";
import { refuseOnly, singleAlter } from "../support/single-alter.js";
import { refOf } from "../support/table-of.js";

/** Written next to a column and added separately afterwards, since it must read existing rows. */
const READS_ROWS: readonly Constraint["contype"][] = [
  "CONSTR_UNIQUE",
  "CONSTR_PRIMARY",
  "CONSTR_CHECK",
  "CONSTR_FOREIGN",
];
/** The server fills the column itself, with a rewrite. */
const FILLED_BY_SERVER: readonly Constraint["contype"][] = ["CONSTR_IDENTITY", "CONSTR_GENERATED"];

export const addColumn: RewriteKind = {
  id: "add-column",
  title: "a column that is added empty, filled in batches, then constrained",
  takesAway: ["SG002"],
  rewrite(statement, context) {
    const alter = singleAlter(statement, "AT_AddColumn");
    const column = as(alter?.command.def, "ColumnDef");
    const { known } = context;
    if (!alter || !column || known.isNew(alter.table, statement)) return null;
    const now = known.table(alter.table)?.columns.get(column.colname ?? "");
    if ((alter.command.missing_ok && now) || isEmptied(alter.table, statement, known)) return null;
    const clauses = columnConstraints(column);
    if (isSerial(column) || clauses.some(({ contype }) => FILLED_BY_SERVER.includes(contype))) return null;
    const value = defaultOf(column.constraints);
    const isVolatile = volatileCall(value, known.functions) !== undefined;
    const isEmpty = value === undefined;
    const later = clauses.filter(
      ({ contype }) => READS_ROWS.includes(contype) && !(contype === "CONSTR_FOREIGN" && isEmpty),
    );
    const required = clauses.some(({ contype }) => contype === "CONSTR_NOTNULL" || contype === "CONSTR_PRIMARY");
    if (required && isEmpty) refuseWithoutValue(alter, column);
    if (!isVolatile && later.length === 0) return null;
    refuseOnly(alter);
    const filled = isVolatile && value ? fill(statement, alter, column, value, required, context) : [];
    const early = (column.constraints ?? []).filter((node) => isEarly(node, isVolatile, isEmpty));
    const bare: Move = {
      sql: alterText(alter, { ...alter.command, def: { ColumnDef: { ...column, constraints: early } } }),
      phase: "expand",
      slug: "column",
    };
    return { moves: [bare, ...filled, ...later.map((each) => addLater(alter, column, each))] };
  },
};

/** What stays in ADD COLUMN: nothing that makes the server read or rewrite existing rows. */
function isEarly(node: Node, isVolatile: boolean, isEmpty: boolean): boolean {
  const contype = as(node, "Constraint")?.contype;
  if (contype === "CONSTR_FOREIGN" || contype?.startsWith("CONSTR_ATTR")) return isEmpty;
  if (READS_ROWS.includes(contype)) return false;
  return !isVolatile || (contype !== "CONSTR_DEFAULT" && contype !== "CONSTR_NOTNULL");
}

/** The default for new rows, then the existing rows, then NOT NULL. */
function fill(
  statement: LintStatement,
  { table }: AlterCommand,
  { colname = "" }: ColumnDef,
  value: Node,
  required: boolean,
  context: RewriteContext,
): readonly Move[] {
  const relation = readableRelation(table);
  const column = readableName(colname);
  const expression = deparse(value);
  const update = `UPDATE ${relation} SET ${column} = ${expression} WHERE ${column} IS NULL`;
  return [
    {
      sql: `ALTER TABLE ${relation} ALTER COLUMN ${column} SET DEFAULT ${expression}`,
      phase: "expand",
      slug: "column",
    },
    ...fillMoves(update, refOf(table, context), statement, context),
    ...(required ? [notNull(relation, column)] : []),
  ];
}

function notNull(relation: string, column: string): Move {
  return {
    sql: `ALTER TABLE ${relation} ALTER COLUMN ${column} SET NOT NULL`,
    phase: "switch",
    slug: "not_null",
    again: true,
  };
}

function addLater(alter: AlterCommand, { colname = "" }: ColumnDef, clause: Constraint): Move {
  const own = [{ String: { sval: colname } }];
  const keys =
    clause.contype === "CONSTR_FOREIGN" ? { fk_attrs: own } : clause.contype === "CONSTR_CHECK" ? {} : { keys: own };
  const def: Node = { Constraint: { ...clause, ...keys } };
  return {
    sql: alterText(alter, { subtype: "AT_AddConstraint", def, behavior: "DROP_RESTRICT" }),
    phase: "expand",
    slug: "constraint",
    again: true,
  };
}

function alterText({ table }: AlterCommand, command: AlterCommand["command"]): string {
  return deparse({ AlterTableStmt: { relation: table, objtype: "OBJECT_TABLE", cmds: [{ AlterTableCmd: command }] } });
}

function refuseWithoutValue({ table }: AlterCommand, { colname = "" }: ColumnDef): never {
  throw new NotRewritable(
    "no-value",
    `${readableRelation(table)}.${readableName(colname)} is NOT NULL and nothing says which value the existing rows get: write a DEFAULT, or add it nullable and fill it by an UPDATE`,
  );
}
