import type { ColumnDef, Constraint, Node, PartitionSpec } from "libpg-query";
import { typeOf } from "../../postgres/column-type.js";
import { columnConstraints } from "../../sql/column-constraints.js";
import { as, columnsOf, find, strings } from "../../sql/tree.js";
import type { LintStatement } from "../lint-statement.js";
import { rangeKey } from "./key.js";
import type { KnownColumn, KnownConstraint, PartitionKey } from "./table.js";

const SERIALS: Readonly<Record<string, string>> = {
  serial: "int4",
  serial4: "int4",
  bigserial: "int8",
  serial8: "int8",
  smallserial: "int2",
  serial2: "int2",
};

export function isSerial(column: ColumnDef): boolean {
  return SERIALS[typeOf(column.typeName)?.name ?? ""] !== undefined;
}

export function hasConstraint(column: ColumnDef, ...kinds: readonly Constraint["contype"][]): boolean {
  return columnConstraints(column).some((constraint) => kinds.includes(constraint.contype));
}

export function columnFrom(column: ColumnDef, statement: LintStatement): KnownColumn {
  const type = typeOf(column.typeName);
  const serial = type ? SERIALS[type.name] : undefined;
  return {
    name: column.colname ?? "",
    type: serial && type ? { ...type, name: serial } : type,
    notNull: serial !== undefined || hasConstraint(column, "CONSTR_NOTNULL", "CONSTR_PRIMARY", "CONSTR_IDENTITY"),
    givenBy: giver(column),
    addedBy: statement,
  };
}

function giver(column: ColumnDef): KnownColumn["givenBy"] {
  if (hasConstraint(column, "CONSTR_GENERATED")) return "expression";
  const always = columnConstraints(column).some(
    ({ contype, generated_when: when }) => contype === "CONSTR_IDENTITY" && when === "a",
  );
  return always ? "sequence" : null;
}

/** The columns of a CREATE TABLE; those of a table-level PRIMARY KEY are NOT NULL. */
export function columnsFrom(elements: readonly Node[] | undefined, statement: LintStatement): KnownColumn[] {
  const keys = (elements ?? []).flatMap((element) => {
    const constraint = as(element, "Constraint");
    return constraint?.contype === "CONSTR_PRIMARY" ? strings(constraint.keys) : [];
  });
  return (elements ?? []).flatMap((element) => {
    const definition = as(element, "ColumnDef");
    if (!definition) return [];
    const column = columnFrom(definition, statement);
    return [keys.includes(column.name) ? { ...column, notNull: true } : column];
  });
}

/** The constraints of a CREATE TABLE, in its columns and after them. */
export function constraintFrom(elements: readonly Node[] | undefined, statement: LintStatement): KnownConstraint[] {
  return writtenConstraints(elements).flatMap(({ constraint, column }) =>
    knownConstraint(constraint, column, statement),
  );
}

/** The same as written, each with the column that it is written next to. */
export function writtenConstraints(
  elements: readonly Node[] | undefined,
): { readonly constraint: Constraint; readonly column: string | undefined }[] {
  return (elements ?? []).flatMap((element) => {
    const table = as(element, "Constraint");
    const column = as(element, "ColumnDef");
    if (table) return [{ constraint: table, column: undefined }];
    return column ? columnConstraints(column).map((item) => ({ constraint: item, column: column.colname })) : [];
  });
}

const TYPES: Partial<Record<NonNullable<Constraint["contype"]>, KnownConstraint["type"]>> = {
  CONSTR_PRIMARY: "primary",
  CONSTR_UNIQUE: "unique",
  CONSTR_CHECK: "check",
  CONSTR_FOREIGN: "foreign",
  CONSTR_EXCLUSION: "exclusion",
};

/** One constraint as it will be; `column` when it is written next to a column. */
export function knownConstraint(
  constraint: Constraint,
  column: string | undefined,
  statement: LintStatement,
): KnownConstraint[] {
  const type = constraint.contype && TYPES[constraint.contype];
  if (!type) return [];
  return [
    {
      name: constraint.conname ?? null,
      type,
      columns: columnsOfConstraint(constraint, column),
      validated: !constraint.skip_validation,
      expression: constraint.raw_expr ?? null,
      references: constraint.pktable ? rangeKey(constraint.pktable) : null,
      referenced: strings(constraint.pk_attrs),
      deferrable: constraint.deferrable === true,
      deferred: constraint.initdeferred === true,
      addedBy: statement,
    },
  ];
}

export function columnsOfConstraint(constraint: Constraint, column: string | undefined): string[] {
  if (constraint.contype === "CONSTR_CHECK") return columnsOf(constraint.raw_expr);
  if (constraint.contype === "CONSTR_EXCLUSION") {
    return find(constraint.exclusions, "IndexElem").flatMap((element) => element.name ?? []);
  }
  const listed = strings(constraint.contype === "CONSTR_FOREIGN" ? constraint.fk_attrs : constraint.keys);
  return listed.length > 0 || column === undefined ? listed : [column];
}

/** The key of PARTITION BY. */
export function partitionKeyFrom(spec: PartitionSpec | undefined): PartitionKey | null {
  if (!spec) return null;
  const elements = (spec.partParams ?? []).flatMap((node) => as(node, "PartitionElem") ?? []);
  return {
    columns: elements.flatMap(({ name, expr }) => (name === undefined ? columnsOf(expr) : [name])),
    hasExpression: elements.some(({ expr }) => expr !== undefined),
  };
}
