import type { FuncCall, Node } from "libpg-query";
import {
  allTexts,
  type Constant,
  type Constants,
  constantList,
  constantText,
  NO_CONSTANTS,
} from "../sql/constant-text.js";
import { holdsTexts } from "../sql/plain-types.js";
import type { ParsedStatement } from "../sql/statement.js";
import { as, strings } from "../sql/tree.js";

interface Parameter {
  readonly name: string | null;
  readonly type: string;
  readonly array: boolean;
  readonly variadic: boolean;
  readonly fallback: Node | null;
}

/**
 * What the parameters of a function hold in a call, by their names and as `$1`, where the text of the call tells. Null where the call is
 * not one of this function.
 */
export function argumentsOf(definition: ParsedStatement, call: FuncCall): Constants | null {
  const parameters = parametersOf(definition);
  const given = assigned(parameters, call);
  if (given === null) return null;
  const held = new Map<string, Constant>();
  for (const [at, parameter] of parameters.entries()) {
    const value = heldBy(parameter, given[at] ?? []);
    if (value === null) continue;
    held.set(`$${at + 1}`, value);
    if (parameter.name !== null) held.set(parameter.name, value);
  }
  return held;
}

function parametersOf({ node }: ParsedStatement): readonly Parameter[] {
  return (as(node, "CreateFunctionStmt")?.parameters ?? []).flatMap((item): Parameter[] => {
    const { name, mode, argType, defexpr } = as(item, "FunctionParameter") ?? {};
    if (mode === "FUNC_PARAM_TABLE" || mode === "FUNC_PARAM_OUT") return [];
    return [
      {
        name: name ?? null,
        type: strings(argType?.names).at(-1) ?? "",
        array: (argType?.arrayBounds ?? []).length > 0,
        variadic: mode === "FUNC_PARAM_VARIADIC",
        fallback: defexpr ?? null,
      },
    ];
  });
}

/** The expressions for each parameter: by position, by name, by default. Null where one is missing or too many. */
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

const RELATION = /^reg(class|type|proc|procedure|namespace)$/;

function heldBy({ type, array, variadic }: Parameter, nodes: readonly Node[]): Constant | null {
  const [only] = nodes;
  if (array) {
    const items =
      (nodes.length === 1 && only ? constantList(only) : null) ?? (variadic ? allTexts(nodes, NO_CONSTANTS) : null);
    return items && holdsTexts(type) && items.every((item) => fits(type, item)) ? { kind: "list", items } : null;
  }
  const text = only && nodes.length === 1 ? constantText(only) : null;
  if (text === null) return null;
  if (RELATION.test(type)) return { kind: "text", text, relation: true };
  return holdsTexts(type) && fits(type, text) ? { kind: "text", text } : null;
}

/** Whether the type prints the text as it stands. */
function fits(type: string, text: string): boolean {
  if (/^int/.test(type)) return /^(0|-?[1-9]\d*)$/.test(text);
  return type !== "name" || text.length < 64;
}
