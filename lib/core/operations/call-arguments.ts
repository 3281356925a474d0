import type { FuncCall, FunctionParameter, Node } from "libpg-query";
import { bodyOf } from "../sql/body-of.js";
import {
  type Constants,
  constantItems,
  constantValue,
  itemsAs,
  NO_CONSTANTS,
  ofOneType,
  valueAs,
} from "../sql/constant-text.js";
import { type Constant, type ConstantType, writtenType } from "../sql/constant-types.js";
import type { ParsedStatement } from "../sql/statement.js";
import { as } from "../sql/tree.js";

interface Parameter {
  readonly name: string | null;
  /** Null for a type that may print a value differently from how it was written. */
  readonly type: ConstantType | null;
  readonly array: boolean;
  readonly variadic: boolean;
  /** Output only: a CALL has a place for it, a function's call does not. */
  readonly out: boolean;
  readonly fallback: Node | null;
  /** The number by which the body refers to it. */
  readonly number: number;
}

/**
 * What a function's parameters hold in a call, by name and as `$1`, where the text of the call tells. Null where the call does not fit this function.
 */
export function argumentsOf(definition: ParsedStatement, call: FuncCall): Constants | null {
  const parameters = parametersOf(definition);
  const given = assigned(parameters, call);
  if (given === null) return null;
  const held = new Map<string, Constant>();
  for (const [at, parameter] of parameters.entries()) {
    const value = parameter.out ? null : heldBy(parameter, given[at] ?? []);
    if (value === null) continue;
    held.set(`$${parameter.number}`, value);
    if (parameter.name !== null) held.set(parameter.name, value);
  }
  return held;
}

/** Whether an argument is cast to a type other than its parameter's: an overload that we do not have may fit better. */
export function fitsElsewhere(definition: ParsedStatement, call: FuncCall): boolean {
  const parameters = parametersOf(definition);
  const given = assigned(parameters, call) ?? [];
  return given.some((nodes, at) =>
    nodes.some((node) => {
      const cast = as(node, "TypeCast");
      const parameter = parameters[at];
      if (!cast || !parameter) return false;
      const isArray = (cast.typeName?.arrayBounds ?? []).length > 0;
      return writtenType(cast.typeName) !== parameter.type || (isArray !== parameter.array && !parameter.variadic);
    }),
  );
}

/** PL/pgSQL counts all parameters, SQL only those that the caller passes (manual, "Arguments for SQL Functions"). */
function parametersOf({ node }: ParsedStatement): readonly Parameter[] {
  const made = as(node, "CreateFunctionStmt");
  const countsAll = bodyOf(node)?.language === "plpgsql";
  const found: Parameter[] = [];
  for (const [at, item] of (made?.parameters ?? []).entries()) {
    const parameter = as(item, "FunctionParameter");
    const out = parameter?.mode === "FUNC_PARAM_TABLE" || parameter?.mode === "FUNC_PARAM_OUT";
    if (!parameter || (out && !made?.is_procedure)) continue;
    found.push({
      ...shapeOf(parameter),
      out,
      number: countsAll ? at + 1 : found.filter((each) => !each.out).length + 1,
    });
  }
  return found;
}

function shapeOf({ name, mode, argType, defexpr }: FunctionParameter): Omit<Parameter, "out" | "number"> {
  return {
    name: name ?? null,
    type: writtenType(argType),
    array: (argType?.arrayBounds ?? []).length > 0,
    variadic: mode === "FUNC_PARAM_VARIADIC",
    fallback: defexpr ?? null,
  };
}

/** The expressions for each parameter: by position, by name, by default. Null where one is missing or there are too many. */
function assigned(
  parameters: readonly Parameter[],
  { args = [], func_variadic }: FuncCall,
): (readonly Node[])[] | null {
  const given: (readonly Node[] | undefined)[] = parameters.map(() => undefined);
  for (const [at, arg] of args.entries()) {
    const named = as(arg, "NamedArgExpr");
    const place = named ? parameters.findIndex(({ name }) => name === named.name) : Math.min(at, parameters.length - 1);
    const parameter = parameters[place];
    if (!parameter || (at > place && !named && !(parameter.variadic && !func_variadic))) return null;
    given[place] = [...(given[place] ?? []), named?.arg ?? arg];
  }
  const complete = given.map((nodes, at) => {
    const { fallback, variadic } = parameters[at] ?? { fallback: null, variadic: false };
    return nodes ?? (fallback ? [fallback] : variadic ? [] : null);
  });
  return complete.every((nodes) => nodes !== null) ? complete : null;
}

function heldBy({ type, array, variadic }: Parameter, nodes: readonly Node[]): Constant | null {
  const [only] = nodes;
  if (type === null) return null;
  if (array) {
    const whole = nodes.length === 1 && only ? constantItems(only, NO_CONSTANTS) : null;
    const items = whole ?? (variadic ? ofOneType(nodes.map((node) => constantValue(node, NO_CONSTANTS))) : null);
    return items && itemsAs(items, type);
  }
  const value = only && nodes.length === 1 ? constantValue(only, NO_CONSTANTS) : null;
  return value && valueAs(value, type);
}
