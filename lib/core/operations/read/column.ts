import type { ColumnDef, Constraint, TypeName } from "libpg-query";
import type { Volatility } from "../../postgres/functions.js";
import { volatileCall } from "../../postgres/volatile-call.js";
import { columnConstraints } from "../../sql/column-constraints.js";
import { deparse, deparseCollation, deparseType } from "../../sql/deparse.js";
import type { ColumnSpec, ConstraintSpec } from "../shapes.js";
import { constraintSpec } from "./constraint.js";
import { strings } from "./names.js";
import { NotUnderstood } from "./reader.js";

/** The reader knows no schema: a function that is not built in counts as volatile. */
const NOTHING_DECLARED: ReadonlyMap<string, Volatility> = new Map();

const SERIAL: Readonly<Record<string, string>> = {
  smallserial: "smallint",
  serial2: "smallint",
  serial: "int",
  serial4: "int",
  bigserial: "bigint",
  serial8: "bigint",
};

export function columnSpec(definition: ColumnDef): ColumnSpec {
  const name = definition.colname;
  if (!name) throw new NotUnderstood("a column without a name");
  const clauses = columnConstraints(definition);
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

function serialType(type: TypeName | undefined): string | null {
  const names = type?.names ? strings(type.names) : [];
  if (names.length !== 1 || (type?.arrayBounds ?? []).length > 0) return null;
  return SERIAL[names[0] ?? ""] ?? null;
}
