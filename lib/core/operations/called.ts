import type { FuncCall, Node } from "libpg-query";
import { NO_CONSTANTS } from "../sql/constant-text.js";
import { isParsed, parseSql, parseStatement } from "../sql/parse.js";
import { bodyStatements } from "../sql/plpgsql.js";
import type { ParsedStatement, UnparsedStatement } from "../sql/statement.js";
import { as, find, strings } from "../sql/tree.js";
import { argumentsOf } from "./call-arguments.js";
import type { Operation } from "./kinds/index.js";
import { operationsOf } from "./operations-of.js";

/** The functions and procedures whose bodies are at hand, by name. Overloads of one name count as one. */
export class FunctionBodies {
  private readonly byName = new Map<string, ParsedStatement[]>();

  /** Takes up a statement when it creates a function. */
  note(statement: ParsedStatement | UnparsedStatement): void {
    if (!isParsed(statement) || !("CreateFunctionStmt" in statement.node)) return;
    const name = lastPart(statement.node.CreateFunctionStmt.funcname);
    const others = (this.byName.get(name) ?? []).filter((each) => signature(each) !== signature(statement));
    this.byName.set(name, [...others, statement]);
  }

  /** Takes up functions as a server prints them. */
  static of(definitions: readonly (string | null)[]): FunctionBodies {
    const bodies = new FunctionBodies();
    for (const sql of definitions) for (const each of parseSql(sql ?? "", "catalog").statements) bodies.note(each);
    return bodies;
  }

  /**
   * The operations of a statement, with those of the functions that it calls in the place of the call. Functions whose
   * bodies are not at hand stay calls.
   */
  operationsOf(statement: ParsedStatement | UnparsedStatement): readonly Operation[] {
    return this.follow(operationsOf(statement), []);
  }

  private follow(operations: readonly Operation[], above: readonly string[]): readonly Operation[] {
    return operations.flatMap((operation): readonly Operation[] => {
      const called = operation.kind === "query" ? operation.functions : calledProcedure(operation);
      const known = called.filter((name) => this.byName.has(name) && !above.includes(name));
      if (known.length === 0) return [operation];
      const within = known.flatMap((name) =>
        callsOf(name, operation).flatMap((call) => this.bodyOf(name, call, operation, [...above, name])),
      );
      if (operation.kind !== "query") return within;
      return [{ ...operation, functions: operation.functions.filter((name) => !known.includes(name)) }, ...within];
    });
  }

  /** Operations of a body, at the place of the call; what guards the call guards them too. */
  private bodyOf(
    name: string,
    call: FuncCall | null,
    operation: Operation,
    above: readonly string[],
  ): readonly Operation[] {
    const { index, source } = operation.statement;
    const guards = operation.guards ?? [];
    const definitions = this.byName.get(name) ?? [];
    const meant = call === null ? definitions : definitions.filter((each) => argumentsOf(each, call) !== null);
    return (meant.length > 0 ? meant : definitions).flatMap((definition) => {
      // Of several that fit, the types decide, which are not known here.
      const given = call !== null && meant.length === 1 ? argumentsOf(definition, call) : null;
      const body = bodyStatements(definition, given ?? NO_CONSTANTS);
      const inner = (body?.statements ?? []).flatMap(({ guards: own, ...statement }) =>
        this.follow(operationsOf({ ...statement, index, source }), above).map(
          (operation): Operation => ({ ...operation, guards: [...guards, ...own, ...(operation.guards ?? [])] }),
        ),
      );
      const opaque = (body?.opaque ?? []).map(({ reason, text }): Operation => {
        const why = `it calls ${name}(), of which this is not understood: ${reason}`;
        const statement = { index, sql: text, source };
        return { kind: "opaque", code: "body", reason: why, transactionality: "inside", statement, guards };
      });
      return [...inner, ...opaque];
    });
  }
}

/** The calls of a function in a statement, each with its arguments; one that is not found may be any. */
function callsOf(name: string, operation: Operation): readonly (FuncCall | null)[] {
  const parsed = parseStatement(operation.statement);
  const node = isParsed(parsed) ? parsed.node : undefined;
  const own = node && "CallStmt" in node ? (node.CallStmt.funccall ?? []) : [];
  const found = find(node, "FuncCall")
    .concat(own)
    .filter(({ funcname }) => lastPart(funcname) === name);
  return found.length > 0 ? found : [null];
}

/** The procedure of a CALL, which is opaque by itself. */
function calledProcedure(operation: Operation): readonly string[] {
  const parsed = operation.kind === "opaque" ? parseStatement(operation.statement) : null;
  if (!parsed || !isParsed(parsed) || !("CallStmt" in parsed.node)) return [];
  return [lastPart(parsed.node.CallStmt.funccall?.funcname)];
}

/** What tells a function from its overloads: the types of its arguments. */
function signature({ node }: ParsedStatement): string {
  const { parameters = [], funcname } = as(node, "CreateFunctionStmt") ?? {};
  const types = parameters.flatMap((item) => {
    const { mode, argType } = as(item, "FunctionParameter") ?? {};
    const returned = mode === "FUNC_PARAM_OUT" || mode === "FUNC_PARAM_TABLE";
    return returned ? [] : [[strings(argType?.names), (argType?.arrayBounds ?? []).length]];
  });
  return JSON.stringify([strings(funcname), types]);
}

function lastPart(names: readonly Node[] | undefined): string {
  return strings(names).at(-1) ?? "";
}
