import type { Node } from "libpg-query";
import { isParsed, parseSql } from "../sql/parse.js";
import { bodyStatements } from "../sql/plpgsql.js";
import type { ParsedStatement, UnparsedStatement } from "../sql/statement.js";
import type { Operation } from "./kinds/index.js";
import { operationsOf } from "./operations-of.js";

/** The functions and procedures whose bodies are at hand, by name. Overloads of one name count as one. */
export class FunctionBodies {
  private readonly byName = new Map<string, ParsedStatement[]>();

  /** Takes up a statement when it creates a function. */
  note(statement: ParsedStatement | UnparsedStatement): void {
    if (!isParsed(statement) || !("CreateFunctionStmt" in statement.node)) return;
    const name = lastPart(statement.node.CreateFunctionStmt.funcname);
    this.byName.set(name, [...(this.byName.get(name) ?? []), statement]);
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
    return this.follow(operationsOf(statement), calledProcedure(statement), []);
  }

  private follow(
    operations: readonly Operation[],
    procedure: string | null,
    above: readonly string[],
  ): readonly Operation[] {
    return operations.flatMap((operation): readonly Operation[] => {
      const called = operation.kind === "query" ? operation.functions : procedure === null ? [] : [procedure];
      const known = called.filter((name) => this.byName.has(name) && !above.includes(name));
      if (known.length === 0) return [operation];
      const within = known.flatMap((name) => this.bodyOf(name, operation, [...above, name]));
      if (operation.kind !== "query") return within;
      return [{ ...operation, functions: operation.functions.filter((name) => !known.includes(name)) }, ...within];
    });
  }

  /** Operations of a body, at the place of the call; what guards the call guards them too. */
  private bodyOf(name: string, call: Operation, above: readonly string[]): readonly Operation[] {
    const { index, source } = call.statement;
    const guards = call.guards ?? [];
    return (this.byName.get(name) ?? []).flatMap((definition) => {
      const body = bodyStatements(definition);
      const inner = (body?.statements ?? []).flatMap(({ guards: own, ...statement }) =>
        this.follow(operationsOf({ ...statement, index, source }), calledProcedure(statement), above).map(
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

function calledProcedure(statement: ParsedStatement | UnparsedStatement): string | null {
  if (!isParsed(statement) || !("CallStmt" in statement.node)) return null;
  return lastPart(statement.node.CallStmt.funccall?.funcname);
}

function lastPart(names: readonly Node[] | undefined): string {
  const last = names?.at(-1);
  return last && "String" in last ? (last.String.sval ?? "") : "";
}
