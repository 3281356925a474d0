import type { Node } from "libpg-query";
import { builtInCalled, filledTemplate } from "../sql/constant-calls.js";
import { constantText } from "../sql/constant-text.js";
import { as, strings } from "../sql/tree.js";

/**
 * The text that `format` or `||` of `quote_ident` creates, with a name in place of what is only known at run time; null when that may be more than
 * one name. `%I`, `%L` and their functions quote what they are given, so it stays one name or one value: no dot or statement can come out of it.
 * Before a dot it would be a schema, so only the tenant's own may be there. `relations` are columns whose values print as one name.
 */
export function formatTemplate(node: Node, relations: ReadonlySet<string>): string | null {
  const text = partsOf(node, relations);
  return text === null || SCHEMA_UNKNOWN.test(text) || /\bsearch_path\b|\bset\s+(role|session|schema)\b/i.test(text)
    ? null
    : text.replaceAll(OWN_BEFORE_DOT, "");
}

/** Stands for a value that is only known at run time. */
export const SOME_VALUE = "schema_gate_some_value";
const VALUE = `'${SOME_VALUE}'`;
const NAME = "schema_gate_some_name";
const OWN = "schema_gate_own_schema";
const SCHEMA_UNKNOWN = new RegExp(String.raw`${NAME}"?\s*\.`);
const OWN_BEFORE_DOT = new RegExp(String.raw`"?${OWN}"?\s*\.\s*`, "g");

function partsOf(node: Node, relations: ReadonlySet<string>): string | null {
  const whole = constantText(node);
  if (whole !== null) return whole;
  const [column, ...fields] = strings(as(as(node, "TypeCast")?.arg ?? node, "ColumnRef")?.fields);
  if (column !== undefined && fields.length === 0 && relations.has(column)) return NAME;
  const operation = as(node, "A_Expr");
  if (
    operation &&
    strings(operation.name)
      .join(".")
      .replace(/^pg_catalog\./, "") === "||" &&
    operation.lexpr &&
    operation.rexpr
  ) {
    const left = partsOf(operation.lexpr, relations);
    const right = partsOf(operation.rexpr, relations);
    return left === null || right === null ? null : left + right;
  }
  const call = as(node, "FuncCall");
  if (!call) return null;
  const name = builtInCalled(call);
  if (name === "quote_ident") return standIn(call.args?.[0]);
  if (name === "quote_literal" || name === "quote_nullable") return VALUE;
  return name === "format" ? template(call.args ?? [], relations) : null;
}

function template([first, ...values]: readonly Node[], relations: ReadonlySet<string>): string | null {
  const text = first ? constantText(first) : null;
  if (text === null) return null;
  return filledTemplate(text, (at, kind) => {
    const value = values[at];
    if (kind === "L") return VALUE;
    if (kind === "I") return standIn(value);
    return value ? partsOf(value, relations) : null;
  });
}

/** `current_schema` and a trigger's own schema are the tenant's. */
function standIn(value: Node | undefined): string {
  const column = strings(as(value, "ColumnRef")?.fields);
  const call = as(value, "FuncCall");
  const isOwn =
    (call !== undefined && builtInCalled(call) === "current_schema") ||
    as(value, "SQLValueFunction")?.op === "SVFOP_CURRENT_SCHEMA" ||
    (column.length === 1 && column[0] === "tg_table_schema");
  return isOwn ? OWN : NAME;
}
