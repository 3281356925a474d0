import type { ColumnDef, Constraint, Node, RangeVar } from "libpg-query";
import { isSerial } from "../../lint/known/from-definition.js";
import { chosenName, objectName } from "../../postgres/chosen-names.js";
import { columnConstraints } from "../../sql/column-constraints.js";
import { deparse, deparseType } from "../../sql/deparse.js";
import { literal } from "../../sql/quote.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { type AlterCommand, as, option, strings } from "../../sql/tree.js";
import type { Move, RewriteContext, RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { refuseOnly, singleAlter } from "../support/single-alter.js";
import { refOf } from "../support/table-of.js";

const SERIAL: Readonly<Record<string, string>> = {
  smallserial: "smallint",
  serial2: "smallint",
  serial: "integer",
  serial4: "integer",
  bigserial: "bigint",
  serial8: "bigint",
};

export const addNumberedColumn: RewriteKind = {
  id: "add-numbered-column",
  title: "a serial or identity column whose sequence numbers new rows first, and the existing ones in batches",
  takesAway: ["SG004", "SG005"],
  rewrite(statement, context) {
    const alter = singleAlter(statement, "AT_AddColumn");
    const column = as(alter?.command.def, "ColumnDef");
    const { known } = context;
    if (!alter || !column || known.isNew(alter.table, statement)) return null;
    const identity = columnConstraints(column).find(({ contype }) => contype === "CONSTR_IDENTITY");
    if (!isSerial(column) && !identity) return null;
    if (alter.command.missing_ok && known.table(alter.table)?.columns.has(column.colname ?? "")) return null;
    refuseOnly(alter);
    const { schema, name } = refOf(alter.table, context);
    const moves = identity ? identityMoves(alter, column, identity, context) : serialMoves(alter, column, context);
    return { moves, numbers: [`${schema}.${name}.${column.colname}`] };
  },
};

function serialMoves(alter: AlterCommand, column: ColumnDef, context: RewriteContext): readonly Move[] {
  const type = SERIAL[strings(column.typeName?.names).at(-1) ?? ""] ?? "integer";
  const sequence = sequenceFor(alter.table, column, context);
  const own = `${readableRelation(alter.table)}.${readableName(column.colname ?? "")}`;
  return [
    { sql: `CREATE SEQUENCE ${readableRelation(sequence)} AS ${type}`, phase: "expand", slug: "column" },
    ...numbered(alter, column, type, column.constraints ?? [], sequence),
    {
      sql: `ALTER SEQUENCE ${readableRelation(sequence)} OWNED BY ${own}`,
      phase: "switch",
      slug: "sequence",
    },
  ];
}

/** A separate sequence numbers the rows, and the identity's sequence, which requires NOT NULL first, continues from its value. */
function identityMoves(
  alter: AlterCommand,
  column: ColumnDef,
  identity: Constraint,
  context: RewriteContext,
): readonly Move[] {
  if (option(identity.options, "sequence_name"))
    throw new NotRewritable("form", `the identity ${readableName(column.colname ?? "")} names its sequence itself`);
  const type = deparseType(column.typeName);
  const own = sequenceFor(alter.table, column, context);
  const spare = { ...own, relname: objectName(own.relname ?? "", "", "new") };
  refuseTaken(spare, context);
  const options = optionsOf(identity.options ?? []);
  const rest = (column.constraints ?? []).filter((node) => as(node, "Constraint")?.contype !== "CONSTR_IDENTITY");
  const [name, other] = [readableRelation(own), readableRelation(spare)];
  const at = `ALTER TABLE ${readableRelation(alter.table)} ALTER COLUMN ${readableName(column.colname ?? "")}`;
  const word = identity.generated_when === "a" ? "ALWAYS" : "BY DEFAULT";
  const identical = [
    `${at} DROP DEFAULT`,
    `${at} ADD GENERATED ${word} AS IDENTITY (SEQUENCE NAME ${name}${options})`,
    `SELECT setval(${literal(name)}, last_value, is_called) FROM ${other}`,
    `DROP SEQUENCE ${other}`,
  ];
  return [
    { sql: `CREATE SEQUENCE ${other} AS ${type}${options}`, phase: "expand", slug: "column" },
    ...numbered(alter, column, type, rest, spare),
    ...identical.map((sql): Move => ({ sql, phase: "switch", slug: "identity" })),
  ];
}

/** The column with the sequence as its default, which is rewritten in turn. */
function numbered(
  { table, command }: AlterCommand,
  column: ColumnDef,
  type: string,
  constraints: readonly Node[],
  sequence: RangeVar,
): readonly Move[] {
  const others = constraints.filter((node) => as(node, "Constraint")?.contype !== "CONSTR_NOTNULL");
  const clauses = others.map((node) => ` ${deparse(node)}`).join("");
  const missing = command.missing_ok ? "IF NOT EXISTS " : "";
  const value = `nextval(${literal(readableRelation(sequence))}::regclass)`;
  return [
    {
      sql: `ALTER TABLE ${readableRelation(table)} ADD COLUMN ${missing}${readableName(column.colname ?? "")} ${type} DEFAULT ${value} NOT NULL${clauses}`,
      phase: "expand",
      slug: "column",
      again: true,
    },
  ];
}

/** The column's sequence, under the name that the server would choose. */
function sequenceFor(table: RangeVar, column: ColumnDef, context: RewriteContext): RangeVar {
  const { schema } = refOf(table, context);
  const relname = chosenName("sequence", table.relname ?? "", [column.colname ?? ""]);
  const sequence = { relname, schemaname: table.schemaname ?? schema };
  refuseTaken(sequence, context);
  return sequence;
}

function refuseTaken({ relname = "", schemaname = "public" }: RangeVar, { before }: RewriteContext): void {
  const taken = before.catalog.objects.find(
    ({ kind, id }) => id.name === relname && id.schema === schemaname && kind !== "column" && kind !== "constraint",
  );
  if (taken) throw new NotRewritable("name-taken", `there is a ${taken.kind} ${readableName(relname)} already`);
}

function optionsOf(options: readonly Node[]): string {
  const text = deparse({ CreateSeqStmt: { sequence: { relname: "x", relpersistence: "p" }, options: [...options] } });
  const found = /^CREATE SEQUENCE x\s*(.*)$/s.exec(text)?.[1] ?? "";
  return found === "" ? "" : ` ${found}`;
}
