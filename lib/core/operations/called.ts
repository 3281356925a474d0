import { bodyStatements } from "../sql/body-statements.js";
import { NO_CONSTANTS } from "../sql/constant-text.js";
import { isParsed, parseSql, parseStatement } from "../sql/parse.js";
import type { ParsedStatement, Statement, UnparsedStatement } from "../sql/statement.js";
import { mayDo } from "./acting-calls.js";
import { argumentsOf } from "./call-arguments.js";
import { type ExecutedCall, executedCalls } from "./executed-calls.js";
import type { Operation } from "./kinds/index.js";
import { KnownFunctions } from "./known-functions.js";
import { operationsOf } from "./operations-of.js";

/** What a called function runs, at the place of the call. */
export interface CalledStatement extends Statement {
  readonly guards: NonNullable<Operation["guards"]>;
}

/** The functions and procedures whose bodies we have, and the operations of statements including what the functions they call do. */
export class FunctionBodies {
  private constructor(private readonly known: KnownFunctions) {}

  /** A release's functions, as its statements create them. A tenant may have more. */
  static ofRelease(): FunctionBodies {
    return new FunctionBodies(new KnownFunctions(false));
  }

  /** All functions of a schema, as a server prints them. */
  static of(definitions: readonly (string | null)[]): FunctionBodies {
    const known = new KnownFunctions(true);
    for (const sql of definitions) for (const each of parseSql(sql ?? "", "catalog").statements) known.note(each);
    return new FunctionBodies(known);
  }

  /** For a script that is read but does not run in this order: what it creates and drops does not affect the next one. */
  copy(): FunctionBodies {
    return new FunctionBodies(this.known.copy());
  }

  /** Records what a statement creates, changes or drops; if it may not run, in addition to what was there. */
  note(statement: ParsedStatement | UnparsedStatement, sure = true): void {
    this.known.note(statement, sure);
  }

  /**
   * The operations of a statement, followed by those of the functions that it calls, wherever in the statement the call is. Functions whose bodies we
   * do not have stay calls.
   */
  operationsOf(statement: ParsedStatement | UnparsedStatement): readonly Operation[] {
    const operations = this.follow(operationsOf(statement), []);
    const uncertainty = this.uncertaintyOf(statement);
    if (uncertainty !== null)
      return [...operations, opaque(uncertainty, statement.sql, operations[0] ?? null, statement)];
    for (const { kind, statement: inner } of operations)
      if (kind === "create-object" && inner.sql !== statement.sql) this.known.note(parseStatement(inner), false);
    return operations;
  }

  /** The statements that functions run in the place of a call, also those that they call in turn. Functions whose bodies we do not have run none. */
  calledStatements(statement: ParsedStatement): readonly CalledStatement[] {
    const called = new Map<Statement, CalledStatement>();
    for (const { kind, statement: inner, guards = [] } of this.operationsOf(statement))
      if (kind !== "opaque" && inner.sql !== statement.sql) called.set(inner, { ...inner, guards });
    return [...called.values()];
  }

  /** Why the text of a statement that assembles SQL does not tell what that SQL is; null where it does. */
  uncertaintyOf({ sql }: { readonly sql: string }): string | null {
    const name = /\bexecute\b/i.test(sql) && !/^\s*create\b/i.test(sql) ? this.known.shadowed(sql) : null;
    return name === null ? null : `the history has ${name} of its own, so what EXECUTE runs is not told by its text`;
  }

  private follow(operations: readonly Operation[], above: readonly string[]): readonly Operation[] {
    return operations.flatMap((operation, at): readonly Operation[] => {
      // A statement with several operations makes its calls once.
      if (operations[at + 1]?.statement === operation.statement) return [this.withoutKnown(operation)];
      const calls = this.callsOf(operation);
      const within = calls.flatMap((call) => this.doneBy(call, operation, above));
      const followed = isCall(operation) && calls[0] !== undefined && this.known.meantBy(calls[0]).length > 0;
      return followed ? within : [this.withoutKnown(operation), ...within];
    });
  }

  /** A query with the functions whose bodies we do not have. */
  private withoutKnown(operation: Operation): Operation {
    if (operation.kind !== "query") return operation;
    const calls = this.callsOf(operation);
    const isKnown = (name: string) => {
      const own = calls.filter((call) => call.as === "call" && call.name.at(-1) === name);
      return own.length > 0 && own.every((call) => this.known.meantBy(call).length > 0);
    };
    return { ...operation, functions: operation.functions.filter((name) => !isKnown(name)) };
  }

  private callsOf(operation: Operation): readonly ExecutedCall[] {
    const parsed =
      operation.kind === "opaque" && operation.code === "body" ? null : parseStatement(operation.statement);
    if (!parsed || !isParsed(parsed)) return [];
    return [...executedCalls(parsed.node), ...this.known.behindRelations(parsed.node)];
  }

  private doneBy(call: ExecutedCall, operation: Operation, above: readonly string[]): readonly Operation[] {
    const name = call.name.at(-1) ?? "";
    if (above.includes(`${call.as} ${name}`)) return [];
    const further = [...above, `${call.as} ${name}`];
    return [
      ...this.bodyOf(call, operation, further),
      ...this.known.behindCall(call).flatMap((each) => this.doneBy(each, operation, further)),
    ];
  }

  /** Operations of a body, in place of the call; the call's guards guard them too. */
  private bodyOf(call: ExecutedCall, operation: Operation, above: readonly string[]): readonly Operation[] {
    const { statement, guards = [] } = operation;
    const definitions = this.known.meantBy(call);
    const fitting = definitions.filter((each) => call.call === null || argumentsOf(each, call.call) !== null);
    return (fitting.length > 0 ? fitting : definitions).flatMap((definition) => {
      // If several fit, types decide, and types are not known here.
      const given = call.call !== null && fitting.length === 1 ? argumentsOf(definition, call.call) : null;
      const body = bodyStatements(definition, given ?? NO_CONSTANTS);
      const inner = (body?.statements ?? [])
        .filter(mayDo)
        .flatMap(({ guards: own, computes: _, ...each }) =>
          this.follow(operationsOf({ ...each, index: statement.index, source: statement.source }), above).map(
            (operation): Operation => ({ ...operation, guards: [...guards, ...own, ...(operation.guards ?? [])] }),
          ),
        );
      const uncertainty = /\bexecute\b/i.test(definition.sql) ? this.known.shadowed(definition.sql) : null;
      const unread = [
        ...(body?.opaque ?? []),
        ...(uncertainty === null
          ? []
          : [{ reason: `the history has ${uncertainty} of its own`, text: definition.sql }]),
      ];
      const name = call.name.at(-1) ?? "";
      return [
        ...inner,
        ...unread.map(({ reason, text }) =>
          opaque(`it calls ${name}(), and this part of it is not understood: ${reason}`, text, operation, statement),
        ),
      ];
    });
  }
}

/** CALL, which is opaque otherwise. */
function isCall({ kind, statement }: Operation): boolean {
  const parsed = kind === "opaque" ? parseStatement(statement) : null;
  return parsed !== null && isParsed(parsed) && "CallStmt" in parsed.node;
}

function opaque(
  reason: string,
  sql: string,
  around: Operation | null,
  { index, source }: Operation["statement"],
): Operation {
  const statement = { index, sql, source };
  return { kind: "opaque", code: "body", reason, transactionality: "inside", statement, guards: around?.guards ?? [] };
}
