import type { Node, SelectStmt } from "libpg-query";
import type { CatalogIndex } from "../../catalog/lookup.js";
import { isParsed, parseSql } from "../../sql/parse.js";
import { homeSchema, resolveTable } from "../resolve.js";
import { regclass, type SystemRow, systemRows } from "./system-rows.js";

/**
 * Whether an expression is true in a database with this schema. Null when it depends on more than the catalog tells: rows of tables, settings, roles,
 * joins.
 */
export function holdsIn(expression: string, index: CatalogIndex): boolean | null {
  const [statement] = parseSql(`SELECT ${expression}`, "condition").statements;
  if (!statement || !isParsed(statement) || !("SelectStmt" in statement.node)) return null;
  const tree = statement.node.SelectStmt;
  // The condition of an IF may itself be a query: `IF count(*) > 0 FROM t THEN`.
  if (tree.fromClause) return null;
  const [target] = tree.targetList ?? [];
  const value = target && "ResTarget" in target ? target.ResTarget.val : undefined;
  return value ? truth(value, { index, row: null }) : null;
}

interface Scope {
  readonly index: CatalogIndex;
  /** The row of the enclosing query, if there is one. */
  readonly row: SystemRow | null;
}

function truth(node: Node, scope: Scope): boolean | null {
  if ("BoolExpr" in node) return combined(node.BoolExpr, scope);
  if ("SubLink" in node && node.SubLink.subLinkType === "EXISTS_SUBLINK") return exists(node.SubLink.subselect, scope);
  if ("NullTest" in node) {
    const there = isThere(node.NullTest.arg, scope);
    return there === null ? null : node.NullTest.nulltesttype === "IS_NOT_NULL" ? there : !there;
  }
  if ("A_Expr" in node) return compared(node.A_Expr, scope);
  const value = known(node, scope);
  return typeof value === "boolean" ? value : null;
}

function combined({ boolop, args }: { boolop?: string; args?: readonly Node[] }, scope: Scope): boolean | null {
  const parts = (args ?? []).map((arg) => truth(arg, scope));
  if (boolop === "NOT_EXPR") return parts[0] === null || parts[0] === undefined ? null : !parts[0];
  const decisive = boolop === "OR_EXPR";
  if (parts.includes(decisive)) return decisive;
  return parts.includes(null) ? null : !decisive;
}

/** `EXISTS (SELECT … FROM one system view WHERE …)`. */
function exists(subselect: Node | undefined, scope: Scope): boolean | null {
  if (!subselect || !("SelectStmt" in subselect)) return null;
  const rows = rowsOf(subselect.SelectStmt, scope);
  return rows === null ? null : rows.length > 0;
}

function rowsOf(tree: SelectStmt, scope: Scope): readonly SystemRow[] | null {
  const [from, ...others] = tree.fromClause ?? [];
  if (!from || !("RangeVar" in from) || others.length > 0) return null;
  if (tree.groupClause || tree.havingClause || tree.withClause || tree.limitOffset) return null;
  const { schemaname, relname = "" } = from.RangeVar;
  const expected = relname.startsWith("pg_") ? "pg_catalog" : "information_schema";
  if (schemaname === undefined ? expected === "information_schema" : schemaname !== expected) return null;
  const rows = systemRows(relname, scope.index);
  if (rows === null) return null;
  const { whereClause } = tree;
  if (!whereClause) return rows;
  const kept = rows.map((row) => ({ row, holds: truth(whereClause, { ...scope, row }) }));
  if (kept.some(({ holds }) => holds === null)) return null;
  return kept.flatMap(({ row, holds }) => (holds ? [row] : []));
}

/** `to_regclass('x') IS NOT NULL` and the like. */
function isThere(node: Node | undefined, scope: Scope): boolean | null {
  if (!node || !("FuncCall" in node)) return null;
  const name = functionName(node);
  const [argument] = node.FuncCall.args ?? [];
  const text = argument ? known(argument, scope) : null;
  if (typeof text !== "string") return null;
  const [last = "", schema = null] = text.replaceAll('"', "").split(".").reverse();
  if (name === "to_regclass") {
    const ref = resolveTable({ schema, name: last }, scope.index);
    const kinds = ["table", "view", "materialized view", "sequence"] as const;
    const indexes = scope.index.indexesNamed(last).some(({ id }) => schema === null || id.schema === schema);
    return indexes || kinds.some((kind) => scope.index.get(kind, { schema: ref.schema, name: ref.name }) !== undefined);
  }
  if (name !== "to_regtype") return null;
  return scope.index.catalog.objects.some(
    ({ kind, id }) =>
      (kind === "type" || kind === "domain") && id.name === last && (schema === null || id.schema === schema),
  );
}

function compared(
  { kind, name, lexpr, rexpr }: { kind?: string; name?: readonly Node[]; lexpr?: Node; rexpr?: Node },
  scope: Scope,
): boolean | null {
  const [operator] = name ?? [];
  const sign = operator && "String" in operator ? operator.String.sval : null;
  const left = lexpr ? known(lexpr, scope) : null;
  if (left === null) return null;
  if (kind === "AEXPR_IN" && rexpr && "List" in rexpr) {
    const values = (rexpr.List.items ?? []).map((item) => known(item, scope));
    const found = values.includes(left);
    if (!found && values.includes(null)) return null;
    return sign === "=" ? found : !found;
  }
  const right = rexpr ? known(rexpr, scope) : null;
  if (kind !== "AEXPR_OP" || right === null) return null;
  return sign === "=" ? left === right : sign === "<>" ? left !== right : null;
}

/** A constant, a column of the row, the current schema, or a table by name; null when it is unknown. */
function known(node: Node, scope: Scope): string | boolean | null {
  if ("A_Const" in node) {
    const { sval, boolval, ival, isnull } = node.A_Const;
    if (isnull) return null;
    if (boolval) return boolval.boolval ?? false;
    return sval ? (sval.sval ?? "") : ival ? String(ival.ival ?? 0) : null;
  }
  if ("TypeCast" in node) return cast(node.TypeCast, scope);
  if ("ColumnRef" in node) {
    const last = (node.ColumnRef.fields ?? []).at(-1);
    return last && "String" in last ? (scope.row?.[last.String.sval ?? ""] ?? null) : null;
  }
  if ("FuncCall" in node && functionName(node) === "current_schema") return homeSchema(scope.index);
  if ("SQLValueFunction" in node && node.SQLValueFunction.op === "SVFOP_CURRENT_SCHEMA") return homeSchema(scope.index);
  return "FuncCall" in node && functionName(node) === "lower" ? lowered(node, scope) : null;
}

function lowered(node: Extract<Node, { FuncCall: unknown }>, scope: Scope): string | null {
  const [argument] = node.FuncCall.args ?? [];
  const value = argument ? known(argument, scope) : null;
  return typeof value === "string" ? value.toLowerCase() : null;
}

function cast({ arg, typeName }: { arg?: Node; typeName?: { names?: readonly Node[] } }, scope: Scope) {
  const value = arg ? known(arg, scope) : null;
  const last = typeName?.names?.at(-1);
  const type = last && "String" in last ? last.String.sval : null;
  if (typeof value !== "string" || type === null) return value;
  if (type === "bool") return /^t(rue)?$/.test(value);
  if (type !== "regclass") return /^(text|varchar|name|bpchar|char)$/.test(type ?? "") ? value : null;
  const [name = "", schema = null] = value.replaceAll('"', "").split(".").reverse();
  const ref = resolveTable({ schema, name }, scope.index);
  return regclass(ref.schema, ref.name);
}

function functionName(node: Extract<Node, { FuncCall: unknown }>): string {
  const last = (node.FuncCall.funcname ?? []).at(-1);
  return last && "String" in last ? (last.String.sval ?? "") : "";
}
