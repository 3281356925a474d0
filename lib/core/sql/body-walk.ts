import { conditionNames, passingOver } from "./body-handlers.js";
import { roundsOf } from "./body-loops.js";
import type { BodyPlace } from "./body-of.js";
import { isTree, listOf, numberIn, queryOf, type Tree, treeIn } from "./body-tree.js";
import { forget, loopVariable, nodesWith, Variables } from "./body-variables.js";
import { boundCall, boundExpression } from "./bound-expression.js";
import { type Constants, constantText } from "./constant-text.js";
import type { Constant } from "./constant-types.js";
import { isParsed, parseSql } from "./parse.js";
import type { Body, BodyStatement, Guard, OpaqueBody } from "./plpgsql.js";
import { plpgsqlTree } from "./plpgsql-tree.js";
import { selectedExpression } from "./selected-expression.js";
import type { ParsedStatement } from "./statement.js";
import { find } from "./tree.js";

/** PL/pgSQL statements whose bodies may not run, or may run more than once. */
const UNKNOWN: Readonly<Record<string, string>> = {
  PLpgSQL_stmt_case: "it is in a CASE",
  PLpgSQL_stmt_loop: "it is in a loop",
  PLpgSQL_stmt_while: "it is in a loop",
  PLpgSQL_stmt_fori: "it is in a loop",
  PLpgSQL_stmt_fors: "it is in a loop",
  PLpgSQL_stmt_forc: "it is in a loop",
  PLpgSQL_stmt_foreach_a: "it is in a loop",
  PLpgSQL_stmt_dynfors: "it is in a loop",
  PLpgSQL_exception_block: "it is in an exception handler",
};
/** From this parser mode on, an expression comes with the target that it is assigned to. */
const ASSIGNMENT = 3;
const LEFT: Guard = { kind: "unknown", reason: "a RETURN, EXIT or CONTINUE before it may leave the block" };

type Guards = readonly Guard[];
type Scope = Map<string, Constant>;

/** The state of the walk: what decides whether it gets here, and what the variables hold. */
interface Here {
  readonly line: number;
  readonly guards: Guards;
  readonly scope: Scope;
}

/** The statements of a PL/pgSQL body, and what of it is not understood. */
export function walkBody(
  statement: ParsedStatement,
  place: BodyPlace,
  constants: Constants,
): Pick<Body, "statements" | "opaque"> {
  let tree: unknown;
  try {
    ({ tree } = plpgsqlTree(statement));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const reason = `The body cannot be read: ${message}`;
    return { statements: [], opaque: [{ reason, text: statement.sql, source: place.line(1) }] };
  }
  const [made] = [...nodesWith(tree, "PLpgSQL_function")];
  const body = treeIn(made, "PLpgSQL_function") ?? {};
  const walk = new BodyWalk(statement, place, new Variables(body), body);
  walk.run(constants);
  return { statements: walk.statements, opaque: walk.opaque };
}

class BodyWalk {
  readonly statements: BodyStatement[] = [];
  readonly opaque: OpaqueBody[] = [];
  private readonly columnsWin: boolean;
  /** Blocks with handlers so far. */
  private blocks = 0;

  constructor(
    private readonly statement: ParsedStatement,
    private readonly place: BodyPlace,
    private readonly variables: Variables,
    private readonly body: Tree,
  ) {
    this.columnsWin = /#\s*variable_conflict\s+use_column/i.test(statement.sql);
  }

  run(constants: Constants): void {
    const here: Here = { line: 1, guards: [], scope: this.variables.atFirst(constants) };
    this.declared(here);
    this.visit(this.body.action, here);
  }

  /** Variable defaults are computed where their block begins; whether an inner block does is unknown. */
  private declared(here: Here): void {
    const blocks = [...nodesWith(this.body.action, "PLpgSQL_stmt_block")].length;
    const guards: Guards = blocks > 1 ? [{ kind: "unknown", reason: "it is in a declaration" }] : [];
    for (const datum of listOf(this.body.datums)) {
      const variable = treeIn(datum, "PLpgSQL_var");
      this.expression(treeIn(variable?.default_val, "PLpgSQL_expr"), { ...here, guards });
    }
  }

  private visit(value: unknown, here: Here): void {
    if (Array.isArray(value)) this.list(value, here);
    else if (isTree(value)) {
      const line = typeof value.lineno === "number" ? value.lineno : here.line;
      for (const [name, child] of Object.entries(value)) {
        const own = isTree(child) && typeof child.lineno === "number" ? child.lineno : line;
        this.enter(name, child, { ...here, line: own });
        const known = name === "PLpgSQL_stmt_assign" && isTree(child) ? this.assigned(child, here.scope) : [];
        forget(here.scope, this.variables.assignedIn({ [name]: child }));
        for (const [variable, value] of known) here.scope.set(variable, value);
      }
    }
  }

  /** One after the other: what leaves the block decides whether the statements after it run. */
  private list(items: readonly unknown[], here: Here): void {
    let { guards } = here;
    for (const item of items) {
      const known = new Map(here.scope);
      this.visit(item, { ...here, guards });
      guards = [...guards, ...leaving(item, known, this.columnsWin)];
    }
  }

  private enter(name: string, child: unknown, here: Here): void {
    if (!isTree(child)) this.visit(child, here);
    else if (name === "PLpgSQL_stmt_if") this.branches(child, here);
    else if (name === "PLpgSQL_stmt_block") this.block(child, here);
    else if (name === "PLpgSQL_stmt_execsql") this.sql(queryOf(child.sqlstmt), here);
    else if (name === "PLpgSQL_stmt_perform" || name === "PLpgSQL_stmt_call") this.sql(queryOf(child.expr), here);
    else if (name === "PLpgSQL_stmt_dynexecute") {
      const told = this.dynamic(queryOf(child.query), here);
      this.visit([...(told ? [] : [child.query]), child.params], here);
    } else if (name === "PLpgSQL_expr") this.expression(child, here);
    else if (name === "dynquery" || (name === "query" && "PLpgSQL_expr" in child))
      this.query(name, queryOf(child), here);
    else if (name in UNKNOWN) this.loop(name, child, here);
    else {
      if (name === "PLpgSQL_stmt_open") this.cursor(child, here);
      this.visit(child, here);
    }
  }

  /** The query of a cursor declaration runs where the cursor is opened. */
  private cursor(tree: Tree, here: Here): void {
    const cursor = treeIn(listOf(this.body.datums)[numberIn(tree, "curvar")], "PLpgSQL_var");
    const text = queryOf(cursor?.cursor_explicit_expr);
    if (text !== "") this.sql(text, { ...here, scope: new Map() });
  }

  /** An expression is a statement of its own if it calls a function, which may do more than compute. */
  private expression(tree: Tree | null, here: Here): void {
    const text = typeof tree?.query === "string" ? tree.query : "";
    const value = numberIn(tree ?? {}, "parseMode") >= ASSIGNMENT ? text.replace(/^[^=]*?:?=/s, "") : text;
    const [statement] = value === "" ? [] : parseSql(`SELECT ${value}`, "expression").statements;
    if (statement && isParsed(statement) && find(statement.node, "FuncCall").length > 0)
      this.sql(`SELECT ${value}`, here, true);
  }

  private assigned(tree: Tree, scope: Scope): readonly (readonly [string, Constant])[] {
    const at = numberIn(tree, "varno");
    const name = this.variables.name(at);
    const [, target = "", value = ""] = /^\s*([^=]*?)\s*:?=([\s\S]*)$/.exec(queryOf(tree.expr)) ?? [];
    const node = /[.[]/.test(target) ? null : selectedExpression(value);
    const held = node && this.variables.isOne(name) ? this.variables.heldBy(at, node, scope) : null;
    return held ? [[name, held]] : [];
  }

  /** A branch runs when its own test holds and those of the branches before it do not. */
  private branches(tree: Tree, here: Here): void {
    const { guards, scope } = here;
    const within = (arm: Guards): Here => ({ ...here, guards: [...guards, ...arm], scope: new Map(scope) });
    const test = (value: unknown, holds: boolean): Guard => ({
      kind: "test",
      sql: boundExpression(queryOf(value), scope, this.columnsWin),
      holds,
    });
    this.visit(tree.cond, here);
    this.visit(tree.then_body, within([test(tree.cond, true)]));
    const refused: Guard[] = [test(tree.cond, false)];
    for (const each of listOf(tree.elsif_list)) {
      const arm = treeIn(each, "PLpgSQL_if_elsif");
      if (!arm) continue;
      this.visit(arm.cond, within(refused));
      this.visit(arm.stmts, within([...refused, test(arm.cond, true)]));
      refused.push(test(arm.cond, false));
    }
    this.visit(tree.else_body, within(refused));
  }

  /** An error in a block with a handler may undo what the block did. */
  private block(tree: Tree, here: Here): void {
    const { body, exceptions, ...rest } = tree;
    const names = conditionNames(exceptions);
    const guard = names.length === 0 ? [] : [passingOver(names, body, ++this.blocks)];
    this.visit(rest, here);
    this.visit(body, { ...here, guards: [...here.guards, ...guard] });
    // An error may have occurred before any assignment of the block, or after it.
    const scope = new Map(here.scope);
    if (exceptions) forget(scope, this.variables.assignedIn(body));
    this.visit({ exceptions }, { ...here, scope });
  }

  /** Iteration by iteration if the text gives the iterations; otherwise what the loop assigns is unknown inside it. */
  private loop(name: string, tree: Tree, here: Here): void {
    const rounds = roundsOf(name, tree, this.variables, here.scope);
    const unknown: Guard = { kind: "unknown", reason: UNKNOWN[name] ?? "" };
    const assigned = this.variables.assignedIn({ [name]: tree });
    const start = () => {
      const scope = new Map(here.scope);
      forget(scope, new Set([...assigned, ...(name === "PLpgSQL_stmt_fori" ? [loopVariable(tree)] : [])]));
      return scope;
    };
    if (rounds === null) {
      const within = { ...here, guards: [...here.guards, unknown], scope: start() };
      this.visit(tree, within);
      if (name === "PLpgSQL_stmt_dynfors") this.dynamic(queryOf(tree.query), within);
      if (name === "PLpgSQL_stmt_forc") this.cursor(tree, within);
      return;
    }
    const own = this.variables.assignedIn(tree.body);
    const guards = mayLeave(tree.body) ? [...here.guards, unknown] : here.guards;
    const { body, ...head } = tree;
    this.visit(head, { ...here, scope: start() });
    for (const round of rounds) {
      const scope = start();
      for (const [variable, value] of round)
        if (!own.has(variable) && !own.has(variable.split(".")[0] ?? "")) scope.set(variable, value);
      this.visit(body, { ...here, guards, scope });
    }
  }

  /** The query of a loop or of RETURN QUERY. */
  private query(name: string, text: string, here: Here): void {
    if (name === "dynquery") this.dynamic(text, here);
    else if (/^\s*(select|with|values|insert|update|delete|merge)\b/i.test(text)) this.sql(text, here);
  }

  private sql(text: string, { line, guards, scope }: Here, computes = false): void {
    for (const inner of parseSql(boundCall(text, scope), this.statement.source.file).statements) {
      const source = this.place.line(line + inner.source.line - 1);
      this.statements.push({
        ...inner,
        source,
        index: this.statements.length,
        guards,
        ...(computes ? { computes } : {}),
      });
    }
  }

  /** Whether the executed text is known. */
  private dynamic(expression: string, here: Here): boolean {
    const node = selectedExpression(expression);
    const text = node && constantText(node, here.scope);
    if (text !== null) {
      this.sql(text, { ...here, scope: new Map() });
      return true;
    }
    const reason = "EXECUTE runs a text that is put together at run time, so its effect cannot be known before";
    this.opaque.push({ reason, text: `EXECUTE ${expression}`, source: this.place.line(here.line) });
    return false;
  }
}

/** The guard on the statements after this one: for a plain `IF … THEN RETURN; END IF` its test, for anything else that may leave an unknown one. */
function leaving(item: unknown, scope: Scope, columnsWin: boolean): Guards {
  if (!mayLeave(item)) return [];
  const branch = treeIn(item, "PLpgSQL_stmt_if");
  const last = listOf(branch?.then_body).at(-1);
  const plain = branch && last && "PLpgSQL_stmt_return" in last && !branch.elsif_list && !branch.else_body;
  return plain
    ? [{ kind: "test", sql: boundExpression(queryOf(branch.cond), scope, columnsWin), holds: false }]
    : [LEFT];
}

/** Whether a statement may leave its block, or its loop's iteration. */
function mayLeave(value: unknown, within = false): boolean {
  if (Array.isArray(value)) return value.some((item) => mayLeave(item, within));
  if (!isTree(value)) return false;
  return Object.entries(value).some(([name, child]) => {
    if (name === "PLpgSQL_stmt_return") return true;
    if (name === "PLpgSQL_stmt_exit") return !within || (isTree(child) && "label" in child);
    return mayLeave(child, within || /_stmt_(loop|while|for|dynfors)/.test(name));
  });
}
