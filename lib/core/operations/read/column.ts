import type { ColumnDef, Constraint, Node, TypeName } from "libpg-query";
import type { Volatility } from "../../postgres/functions.js";
import { volatileCall } from "../../postgres/volatile-call.js";
import { deparse, deparseCollation, deparseType } from "../../sql/deparse.js";
import type { ColumnSpec, ConstraintSpec } from "../shapes.js";
import { constraintSpec } from "./constraint.js";
import { strings } from "./names.js";
import { NotUnderstood } from "./reader.js";

/** The reader knows no schema: a function that is not the server's counts as volatile. */
const NOTHING_DECLARED: ReadonlyMap<string, Volatility> = new Map();

const SERIAL: Readonly<Record<string, string>> = {
  smallserial: "smallint",
  serial2: "smallint",
  serial: "int",
  serial4: "int",
  bigserial: "bigint",
  serial8: "bigint",
};

/** Clauses beside a column that say something about the constraint before them. */
const CONSTRAINT_ATTRIBUTES: Readonly<Record<string, Partial<Constraint>>> = {
  CONSTR_ATTR_DEFERRABLE: { deferrable: true },
  CONSTR_ATTR_NOT_DEFERRABLE: { deferrable: false },
  CONSTR_ATTR_DEFERRED: { deferrable: true, initdeferred: true },
  CONSTR_ATTR_IMMEDIATE: { initdeferred: false },
  CONSTR_ATTR_ENFORCED: { is_enforced: true },
  CONSTR_ATTR_NOT_ENFORCED: { is_enforced: false },
};

export function columnSpec(definition: ColumnDef): ColumnSpec {
  const name = definition.colname;
  if (!name) throw new NotUnderstood("a column without a name");
  const clauses = mergeAttributes(definition.constraints ?? []);
  const serial = serialType(definition.typeName);
  const byDefault = clauses.find((clause) => clause.contype === "CONSTR_DEFAULT")?.raw_expr;
  const identity = clauses.find((clause) => clause.contype === "CONSTR_IDENTITY");
  const generated = clauses.find((clause) => clause.contype === "CONSTR_GENERATED");
  const has = (type: string) => clauses.some((clause) => clause.contype === type);
  return {
    name,
    type: serial ?? deparseType(definition.typeName),
    serial: serial !== null,
    notNull: has("CONSTR_NOTNULL") || has("CONSTR_PRIMARY") || serial !== null || identity !== undefined,
    default: byDefault ? deparse(byDefault) : null,
    volatileDefault: volatileCall(byDefault, NOTHING_DECLARED) !== undefined,
    identity: identity ? (identity.generated_when === "a" ? "a" : "d") : "",
    generated: generated ? (generated.generated_kind === "v" ? "v" : "s") : "",
    generationExpression: generated?.raw_expr ? deparse(generated.raw_expr) : null,
    collation: deparseCollation(definition.collClause),
    constraints: clauses.flatMap((clause) => besideColumn(clause, name)),
  };
}

function besideColumn(clause: Constraint, column: string): ConstraintSpec[] {
  switch (clause.contype) {
    case "CONSTR_CHECK":
    case "CONSTR_PRIMARY":
    case "CONSTR_UNIQUE":
    case "CONSTR_FOREIGN":
      return [constraintSpec(clause, column)];
    default:
      return [];
  }
}

function mergeAttributes(nodes: readonly Node[]): Constraint[] {
  const clauses: Constraint[] = [];
  for (const node of nodes) {
    if (!("Constraint" in node)) continue;
    const attribute = CONSTRAINT_ATTRIBUTES[node.Constraint.contype ?? ""];
    const last = clauses.at(-1);
    if (!attribute) clauses.push(node.Constraint);
    else if (last) clauses[clauses.length - 1] = { ...last, ...attribute };
  }
  return clauses;
}

function serialType(type: TypeName | undefined): string | null {
  const names = type?.names ? strings(type.names) : [];
  if (names.length !== 1 || (type?.arrayBounds ?? []).length > 0) return null;
  return SERIAL[names[0] ?? ""] ?? null;
}
