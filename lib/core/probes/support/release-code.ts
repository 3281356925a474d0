import { mayAct } from "../../operations/acting-calls.js";
import { evaluates, isUnfollowed, type Operation, operationsOf } from "../../operations/index.js";
import { bodyStatements } from "../../sql/body-statements.js";
import { isParsed, parseStatement } from "../../sql/parse.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import type { Statement } from "../../sql/statement.js";
import { as, strings } from "../../sql/tree.js";
import { callsOwnFunction, makeUncertain } from "../state/consequences.js";
import type { ReleaseState } from "../state/release-state.js";
import { COMMON_OPERATORS, mentionOf } from "./changed-code.js";
import { readableSource } from "./readable-source.js";

/** What writes rows automatically once the release has created it. */
interface Reaction {
  readonly on: QualifiedName;
  /** Tables; "any" when it cannot be told which. */
  readonly writes: "any" | readonly QualifiedName[];
  /** Added rows set nothing off: a foreign key's ON DELETE and ON UPDATE. */
  readonly cascades: boolean;
}

/**
 * Code that the release creates and that writes rows when something else is done: its functions, what is built on them, and its triggers, rules and
 * foreign keys. The tenant has none of it yet, so no catalog tells.
 */
export class ReleaseCode {
  /** Names of functions that may write, and of views, operators, domains and the like that call them. */
  private readonly writers = new Set<string>();
  private readonly functions = new Set<string>();
  private readonly reactions: Reaction[] = [];

  /** The tables after an operation, where what the release's own code may have written is uncertain. */
  seen(operation: Operation, after: ReleaseState): ReleaseState {
    const reason = `The statement at ${readableSource(operation.statement.source)} runs code of the release before it that may change these rows`;
    const { sql } = operation.statement;
    if (executes(operation) && this.mentionsWriter(sql)) return makeUncertain(after, reason, "any");
    return this.reactions
      .filter((each) => setsOff(operation, each, sql, after))
      .reduce(
        (next, { writes }) => makeUncertain(next, reason, writes === "any" ? "any" : refsOf(next, writes)),
        after,
      );
  }

  note(operation: Operation, state: ReleaseState): void {
    if (operation.kind === "create-object") this.noteObject(operation, state);
    for (const each of foreignKeysOf(operation)) this.reactions.push(each);
  }

  private noteObject(operation: Operation & { readonly kind: "create-object" }, state: ReleaseState): void {
    const { objectKind, name, table, statement } = operation;
    if (objectKind === "function" || objectKind === "procedure") {
      this.functions.add(name.name);
      if (this.mayWrite(statement)) this.writers.add(name.name);
    } else if (objectKind === "rule" && table !== null) {
      this.reactions.push({ on: table, writes: "any", cascades: false });
    } else if (objectKind === "trigger" && table !== null) {
      const known = this.functions.has(calledBy(statement)) || !callsOwnFunction(state, [calledBy(statement)]);
      const any = this.mentionsWriter(statement.sql) || !known;
      this.reactions.push({ on: table, writes: any ? "any" : [table], cascades: false });
    } else if (!COMMON_OPERATORS.has(name.name) && this.mentionsWriter(statement.sql)) this.writers.add(name.name);
  }

  private mentionsWriter(sql: string): boolean {
    return [...this.writers].some((name) => mentionOf(name)(sql));
  }

  /** Whether a function's text says that it may do more than compute; a function that it calls and that does not exist yet may write. */
  private mayWrite(statement: Statement): boolean {
    const parsed = parseStatement(statement);
    const body = isParsed(parsed) ? bodyStatements(parsed) : null;
    if (!body || body.opaque.length > 0) return true;
    const harmless = (name: string) => {
      const parts = name.split(".");
      const last = parts.at(-1) ?? "";
      return !mayAct(parts) || (this.functions.has(last) && !this.writers.has(last));
    };
    return body.statements.flatMap(operationsOf).some((each) => {
      if (each.kind === "query") return !each.functions.every(harmless);
      return each.kind !== "session-setting";
    });
  }
}

function executes(operation: Operation): boolean {
  if (operation.kind === "create-object") return operation.objectKind === "materialized view";
  return evaluates(operation);
}

function setsOff(operation: Operation, { on, cascades }: Reaction, sql: string, state: ReleaseState): boolean {
  if (isUnfollowed(operation)) return mentionOf(on.name)(sql);
  if (operation.kind === "truncate") return !cascades && sameName(operation.table, on, state);
  if (operation.kind !== "write-rows" || !sameName(operation.table, on, state)) return false;
  return !(cascades && ["insert", "copy"].includes(operation.change));
}

function sameName(a: QualifiedName, b: QualifiedName, state: ReleaseState): boolean {
  const [one, other] = [state.table(a), state.table(b)];
  return one !== undefined && one === other;
}

function refsOf(state: ReleaseState, names: readonly QualifiedName[]) {
  return names.flatMap((name) => {
    const table = state.table(name);
    return table ? [table.origin ?? table.name] : [];
  });
}

function calledBy(statement: Statement): string {
  const parsed = parseStatement(statement);
  const trigger = isParsed(parsed) ? as(parsed.node, "CreateTrigStmt") : undefined;
  return strings(trigger?.funcname).at(-1) ?? "";
}

const ACTIONS: ReadonlySet<string> = new Set(["cascade", "set null", "set default"]);

function foreignKeysOf(operation: Operation): readonly Reaction[] {
  const of = (table: QualifiedName, constraints: readonly { readonly type: string }[]) =>
    constraints.flatMap((each) => {
      const key = each as {
        readonly references?: QualifiedName;
        readonly onDelete?: string;
        readonly onUpdate?: string;
      };
      if (each.type !== "foreign key" || !key.references) return [];
      if (!ACTIONS.has(key.onDelete ?? "") && !ACTIONS.has(key.onUpdate ?? "")) return [];
      return [{ on: key.references, writes: [table], cascades: true }];
    });
  if (operation.kind === "add-constraint") return of(operation.table, [operation.constraint]);
  if (operation.kind === "add-column") return of(operation.table, operation.column.constraints);
  if (operation.kind !== "create-table") return [];
  return of(operation.table, [
    ...operation.constraints,
    ...operation.columns.flatMap(({ constraints }) => constraints),
  ]);
}
