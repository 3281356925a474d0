import type { CreateFunctionStmt, FunctionParameter } from "libpg-query";
import { type ColumnType, printType, typeOf } from "../../postgres/column-type.js";
import { type Volatility, volatilityFrom } from "../../postgres/functions.js";
import { as, option, strings } from "../../sql/tree.js";
import type { LintStatement } from "../lint-statement.js";
import { partsKey } from "./key.js";

interface KnownParameter {
  /** Empty for none. */
  readonly name: string;
  readonly mode: "in" | "inout" | "out" | "table";
  readonly hasDefault: boolean;
  readonly type: ColumnType | null;
}

/** One overload of a function. */
export interface KnownFunction {
  /** `tax(numeric,integer)`: the name with the types of the arguments that identify the overload in a call. */
  readonly key: string;
  readonly procedure: boolean;
  readonly volatility: Volatility;
  readonly language: string;
  readonly parameters: readonly KnownParameter[];
  /** What RETURNS says; null when there is none or it is not plain. */
  readonly returns: ColumnType | null;
  readonly set: boolean;
  readonly addedBy: LintStatement | null;
}

export function functionFrom(create: CreateFunctionStmt, addedBy: LintStatement | null): KnownFunction {
  const word = as(option(create.options, "volatility")?.arg, "String")?.sval;
  return {
    key: functionKey(create),
    procedure: create.is_procedure === true,
    volatility: volatilityFrom(word),
    language: (as(option(create.options, "language")?.arg, "String")?.sval ?? "sql").toLowerCase(),
    parameters: parametersOf(create),
    returns: create.returnType?.pct_type ? null : typeOf(create.returnType),
    set: create.returnType?.setof === true,
    addedBy,
  };
}

export function functionKey(create: CreateFunctionStmt): string {
  const types = parametersOf(create).flatMap(({ mode, type }) =>
    mode === "in" || mode === "inout" || (mode === "out" && create.is_procedure)
      ? [type === null ? "?" : printType({ ...type, modifiers: [] })]
      : [],
  );
  return `${partsKey(strings(create.funcname))}(${types.join(",")})`;
}

function parametersOf(create: CreateFunctionStmt): readonly KnownParameter[] {
  return (create.parameters ?? []).flatMap((node) => {
    const parameter = as(node, "FunctionParameter");
    if (!parameter) return [];
    const type = parameter.argType?.pct_type ? null : typeOf(parameter.argType);
    const hasDefault = parameter.defexpr !== undefined;
    return [{ name: parameter.name ?? "", mode: modeOf(parameter), hasDefault, type }];
  });
}

function modeOf({ mode }: FunctionParameter): KnownParameter["mode"] {
  if (mode === "FUNC_PARAM_OUT") return "out";
  if (mode === "FUNC_PARAM_TABLE") return "table";
  return mode === "FUNC_PARAM_INOUT" ? "inout" : "in";
}
