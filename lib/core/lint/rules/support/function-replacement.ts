import { type ColumnType, printType } from "../../../postgres/column-type.js";
import type { KnownFunction } from "../../known/functions.js";

/** Why the server refuses to replace one function with another (ProcedureCreate); null where it does not. */
export function whyNotReplaced(before: KnownFunction, after: KnownFunction): string | null {
  if (before.procedure !== after.procedure) {
    return before.procedure ? "it is a procedure" : "it is a function";
  }
  const [was, is] = [resultOf(before), resultOf(after)];
  if (was !== null && is !== null && was !== is) return `it returns ${was}, not ${is}`;
  const [names, newNames] = [inputNames(before), inputNames(after)];
  const at = names.findIndex((name, index) => name !== "" && newNames[index] !== name);
  if (at >= 0) return `its parameter ${names[at]} becomes ${newNames[at] || "one without a name"}`;
  const defaults = (each: KnownFunction) => each.parameters.filter(({ hasDefault }) => hasDefault).length;
  return defaults(after) < defaults(before) ? "a parameter loses its default" : null;
}

function inputNames({ parameters }: KnownFunction): readonly string[] {
  return parameters.filter(({ mode }) => mode === "in" || mode === "inout").map(({ name }) => name);
}

/** What a call returns, in one spelling; null where a type is not plain to see. */
function resultOf({ parameters, returns, set, procedure }: KnownFunction): string | null {
  const outputs = parameters.filter(({ mode }) => mode !== "in");
  const prefix = set || outputs.some(({ mode }) => mode === "table") ? "setof " : "";
  if (procedure || outputs.length === 0) return returns && `${prefix}${spell(returns)}`;
  if (outputs.some(({ type }) => type === null)) return null;
  const [only, ...others] = outputs;
  // If there is only one output, its name does not matter.
  if (only?.type && others.length === 0) return `${prefix}${spell(only.type)}`;
  return `${prefix}record (${outputs.map(({ name, type }) => `${name} ${type && spell(type)}`).join(", ")})`;
}

/** Without its length, which a function does not keep, and without its schema, which is optional. */
function spell(type: ColumnType): string {
  return printType({ ...type, name: type.name.split(".").at(-1) ?? "", modifiers: [] });
}
