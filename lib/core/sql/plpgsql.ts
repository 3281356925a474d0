import { type Node, parsePlPgSQLSync } from "libpg-query";
import type { SourceSpan } from "../finding.js";
import { constantText } from "./constant-text.js";
import { isParsed, parseSql } from "./parse.js";
import type { ParsedStatement, UnparsedStatement } from "./statement.js";

/**
 * What decides whether a statement of a body runs. `test`: an expression that must be true (or, with `holds` false, must
 * not be). `unless there`: its block passes over an object that is there already. `unknown`: a loop, a CASE, a handler.
 */
export type Guard =
  | { readonly kind: "test"; readonly sql: string; readonly holds: boolean }
  | { readonly kind: "unless there" }
  | { readonly kind: "unknown"; readonly reason: string };

/** A statement inside a body. */
type BodyStatement = (ParsedStatement | UnparsedStatement) & {
  /** Outermost first; empty for a statement that runs once whenever the body does. */
  readonly guards: readonly Guard[];
};

/** A piece of a body that was not understood, dynamic SQL above all. */
interface OpaqueBody {
  /** A full sentence without the final stop. */
  readonly reason: string;
  readonly text: string;
  readonly source: SourceSpan;
}

export interface Body {
  /** True for DO: the body runs with the migration. A function's body runs when it is called. */
  readonly runs: boolean;
  readonly statements: readonly BodyStatement[];
  readonly opaque: readonly OpaqueBody[];
}

/**
 * Looks into a DO block or a function: the statements of its body with their places, and what of it cannot be known.
 * Null for a statement without a body. EXECUTE of a constant text counts as that text; of any other text as opaque.
 */
export function bodyStatements(statement: ParsedStatement): Body | null {
  const body = bodyOf(statement.node);
  if (!body) return null;
  const place = new BodyPlace(statement, body.text);
  if (body.language === "sql") return sqlBody(statement, body, place);
  if (body.language !== "plpgsql") {
    const reason = `The body is written in ${body.language}, which is not read`;
    return { runs: body.runs, statements: [], opaque: [{ reason, text: body.text, source: place.line(1) }] };
  }
  const walk = new BodyWalk(statement, place);
  walk.run();
  return { runs: body.runs, statements: walk.statements, opaque: walk.opaque };
}

export interface RawBody {
  readonly runs: boolean;
  readonly language: string;
  readonly text: string;
}

export function bodyOf(node: Node): RawBody | null {
  if ("DoStmt" in node) {
    const { text, language } = definition(node.DoStmt.args ?? []);
    return { runs: true, language: language ?? "plpgsql", text };
  }
  if ("CreateFunctionStmt" in node && !node.CreateFunctionStmt.sql_body) {
    const { text, language } = definition(node.CreateFunctionStmt.options ?? []);
    return { runs: false, language: language ?? "sql", text };
  }
  return null;
}

function definition(options: readonly Node[]): { text: string; language: string | null } {
  let text = "";
  let language: string | null = null;
  for (const option of options) {
    if (!("DefElem" in option)) continue;
    const { defname, arg } = option.DefElem;
    if (defname === "language" && arg && "String" in arg) language = (arg.String.sval ?? "").toLowerCase();
    if (defname !== "as" || !arg) continue;
    const part = "List" in arg ? arg.List.items?.[0] : arg;
    if (part && "String" in part) text = part.String.sval ?? "";
  }
  return { text, language };
}

/** Where the lines of a body stand in the file. */
export class BodyPlace {
  private readonly first: number;

  constructor(
    private readonly statement: ParsedStatement,
    text: string,
  ) {
    const at = statement.sql.indexOf(text);
    this.first = statement.source.line + (at < 0 ? 0 : statement.sql.slice(0, at).split("\n").length - 1);
  }

  line(number: number): SourceSpan {
    const line = this.first + Math.max(number, 1) - 1;
    return { file: this.statement.source.file, line, column: 1 };
  }
}

function sqlBody(statement: ParsedStatement, body: RawBody, place: BodyPlace): Body {
  const { file } = statement.source;
  const statements = parseSql(body.text, file).statements.map((inner) => ({
    ...inner,
    source: place.line(inner.source.line),
    guards: [],
  }));
  return { runs: body.runs, statements, opaque: [] };
}

type Tree = { readonly [name: string]: unknown };

/** Statements of PL/pgSQL whose bodies may not run, or may run more than once. */
const UNKNOWN: Readonly<Record<string, string>> = {
  PLpgSQL_stmt_case: "it stands in a CASE",
  PLpgSQL_stmt_loop: "it stands in a loop",
  PLpgSQL_stmt_while: "it stands in a loop",
  PLpgSQL_stmt_fori: "it stands in a loop",
  PLpgSQL_stmt_fors: "it stands in a loop",
  PLpgSQL_stmt_forc: "it stands in a loop",
  PLpgSQL_stmt_foreach_a: "it stands in a loop",
  PLpgSQL_stmt_dynfors: "it stands in a loop",
  PLpgSQL_exception_block: "it stands in an exception handler",
};
const SWALLOWED: Guard = { kind: "unknown", reason: "its block goes on after an error" };

type Guards = readonly Guard[];

/** The conditions that the handlers of a block catch. */
function conditionNames(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(conditionNames);
  if (!isTree(value)) return [];
  if (typeof value.condname === "string") return [value.condname];
  // The statements of a handler may be blocks with handlers of their own.
  return Object.entries(value).flatMap(([name, child]) => (name === "action" ? [] : conditionNames(child)));
}

const trees = new WeakMap<Node, unknown>();

/** The tree of the body of a function or a DO block in PL/pgSQL. Throws where it is no such body. */
export function plpgsqlTree({ node, sql }: ParsedStatement): unknown {
  const tree = trees.get(node) ?? parsePlPgSQLSync(sql);
  trees.set(node, tree as object);
  return tree;
}

class BodyWalk {
  readonly statements: BodyStatement[] = [];
  readonly opaque: OpaqueBody[] = [];

  constructor(
    private readonly statement: ParsedStatement,
    private readonly place: BodyPlace,
  ) {}

  run(): void {
    try {
      this.visit(plpgsqlTree(this.statement), 1, []);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const reason = `The body cannot be read: ${message}`;
      this.opaque.push({ reason, text: this.statement.sql, source: this.place.line(1) });
    }
  }

  private visit(value: unknown, line: number, guards: Guards): void {
    if (Array.isArray(value)) {
      for (const item of value) this.visit(item, line, guards);
    } else if (isTree(value)) {
      const own = typeof value.lineno === "number" ? value.lineno : line;
      for (const [name, child] of Object.entries(value)) {
        if (name === "datums") continue;
        const reason = UNKNOWN[name];
        this.enter(name, child, own, reason === undefined ? guards : [...guards, { kind: "unknown", reason }]);
      }
    }
  }

  private enter(name: string, child: unknown, line: number, guards: Guards): void {
    const at = isTree(child) && typeof child.lineno === "number" ? child.lineno : line;
    if (name === "PLpgSQL_stmt_if" && isTree(child)) this.branches(child, at, guards);
    else if (name === "PLpgSQL_stmt_block" && isTree(child)) this.block(child, at, guards);
    else if (name === "PLpgSQL_stmt_execsql" && isTree(child)) this.sql(queryOf(child.sqlstmt), at, guards);
    else if (name === "PLpgSQL_stmt_perform" && isTree(child)) this.sql(queryOf(child.expr), at, guards);
    else if (name === "PLpgSQL_stmt_call" && isTree(child)) this.sql(queryOf(child.expr), at, guards);
    else if (name === "PLpgSQL_stmt_dynexecute" && isTree(child)) this.dynamic(queryOf(child.query), at, guards);
    else if (name === "dynquery" || (name === "query" && isTree(child) && "PLpgSQL_expr" in child)) {
      this.query(name, queryOf(child), at, guards);
    } else this.visit(child, at, guards);
    if (name === "PLpgSQL_stmt_dynfors" && isTree(child)) this.dynamic(queryOf(child.query), at, guards);
  }

  /** An arm runs when its own test holds and those of the arms before it do not. */
  private branches(tree: Tree, line: number, guards: Guards): void {
    const first = queryOf(tree.cond);
    this.visit(tree.then_body, line, [...guards, { kind: "test", sql: first, holds: true }]);
    const refused: Guard[] = [{ kind: "test", sql: first, holds: false }];
    for (const each of Array.isArray(tree.elsif_list) ? tree.elsif_list : []) {
      const arm = isTree(each) ? each.PLpgSQL_if_elsif : null;
      if (!isTree(arm)) continue;
      const sql = queryOf(arm.cond);
      this.visit(arm.stmts, line, [...guards, ...refused, { kind: "test", sql, holds: true }]);
      refused.push({ kind: "test", sql, holds: false });
    }
    this.visit(tree.else_body, line, [...guards, ...refused]);
  }

  /** What a block with a handler does may be undone by an error in it. */
  private block(tree: Tree, line: number, guards: Guards): void {
    const { body, exceptions, ...rest } = tree;
    const names = conditionNames(exceptions);
    const onlyThere = names.length > 0 && names.every((name) => /^duplicate_/.test(name));
    const guard: Guard[] = names.length === 0 ? [] : [onlyThere ? { kind: "unless there" } : SWALLOWED];
    this.visit(rest, line, guards);
    this.visit(body, line, [...guards, ...guard]);
    this.visit({ exceptions }, line, guards);
  }

  /** The query of a loop or of RETURN QUERY. */
  private query(name: string, text: string, line: number, guards: Guards): void {
    if (name === "dynquery") this.dynamic(text, line, guards);
    else if (/^\s*(select|with|values|insert|update|delete|merge)\b/i.test(text)) this.sql(text, line, guards);
  }

  private sql(text: string, line: number, guards: Guards): void {
    for (const inner of parseSql(text, this.statement.source.file).statements) {
      const source = this.place.line(line + inner.source.line - 1);
      this.statements.push({ ...inner, source, index: this.statements.length, guards });
    }
  }

  private dynamic(expression: string, line: number, guards: Guards): void {
    const text = constantExpression(expression, this.statement.source.file);
    if (text !== null) {
      this.sql(text, line, guards);
      return;
    }
    const reason = "EXECUTE runs a text that is put together at run time, so its effect cannot be known before";
    this.opaque.push({ reason, text: `EXECUTE ${expression}`, source: this.place.line(line) });
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function queryOf(value: unknown): string {
  const expression = isTree(value) ? value.PLpgSQL_expr : null;
  return isTree(expression) && typeof expression.query === "string" ? expression.query : "";
}

function constantExpression(expression: string, file: string): string | null {
  const [statement] = parseSql(`SELECT ${expression}`, file).statements;
  if (!statement || !isParsed(statement) || !("SelectStmt" in statement.node)) return null;
  const [target] = statement.node.SelectStmt.targetList ?? [];
  const value = target && "ResTarget" in target ? target.ResTarget.val : undefined;
  return value ? constantText(value) : null;
}
