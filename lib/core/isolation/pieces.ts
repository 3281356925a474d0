import type { Node } from "libpg-query";
import type { SourceSpan } from "../finding.js";
import { BodyPlace, bodyOf } from "../sql/body-of.js";
import { bodyStatements } from "../sql/body-statements.js";
import { constantText } from "../sql/constant-text.js";
import { isParsed, parseSql } from "../sql/parse.js";
import { plpgsqlTree } from "../sql/plpgsql-tree.js";
import type { ParsedStatement } from "../sql/statement.js";
import { formatTemplate } from "./format-template.js";
import { givenRelations } from "./given-relations.js";

/** A part of a statement that can be examined separately: the statement, or a statement or an expression of its body. */
interface Piece {
  readonly node: Node;
  readonly source: SourceSpan;
}

/** A part of a body that was not understood. */
export interface Unread {
  /** `whole`: the body could not be parsed at all, but its words can be examined. */
  readonly part: "whole" | "text" | "language";
  /** A full sentence without the final full stop. */
  readonly reason: string;
  readonly text: string;
  readonly source: SourceSpan;
}

export interface Pieces {
  readonly read: readonly Piece[];
  /** For a function; what is not understood of a release's DO block is a finding of the release itself. */
  readonly unread: readonly Unread[];
  /** Names of the types of a body's variables. */
  readonly types: readonly { readonly name: string; readonly source: SourceSpan }[];
}

/** A statement with everything in its body, including expressions and declarations: each may name something that is not the tenant's. */
export function piecesOf(statement: ParsedStatement): Pieces {
  return takenApart(statement, false);
}

function takenApart(statement: ParsedStatement, isWithin: boolean): Pieces {
  const whole: Piece = { node: statement.node, source: statement.source };
  const body = bodyOf(statement.node);
  if (!body) return { read: [whole], unread: [], types: [] };
  const place = new BodyPlace(statement, body.text);
  const found = new BodyPieces(statement, place);
  if (body.language === "sql") found.statements(body.text, 1);
  else if (body.language === "plpgsql") found.plpgsql(body.text);
  else found.lost("language", `Its body is written in ${body.language}, which is not read`, body.text, 1);
  // An EXECUTE is understood there by what its variables hold, and is then only among the body's statements.
  const executed = body.runs ? (bodyStatements(statement)?.statements ?? []) : [];
  for (const each of executed) if (isParsed(each)) found.within(each);
  const unread = [...(body.runs && !isWithin ? [] : found.unread), ...found.unreadWithin];
  return { read: [whole, ...found.read], unread, types: found.types };
}

type Tree = Readonly<Record<string, unknown>>;
const DYNAMIC = "It runs a text that is put together at run time, so what the text names cannot be known";

class BodyPieces {
  readonly read: Piece[] = [];
  readonly unread: Unread[] = [];
  /** The same for a function or block that the body creates or runs. */
  readonly unreadWithin: Unread[] = [];
  readonly types: { name: string; source: SourceSpan }[] = [];
  /** Parameters that print as the name of one relation. */
  private relations: ReadonlySet<string> = new Set();

  constructor(
    private readonly statement: ParsedStatement,
    private readonly place: BodyPlace,
  ) {}

  plpgsql(text: string): void {
    let body: ReturnType<typeof plpgsqlTree>;
    try {
      body = plpgsqlTree(this.statement);
    } catch (error) {
      this.lost("whole", `Its body cannot be read: ${error instanceof Error ? error.message : String(error)}`, text, 1);
      return;
    }
    this.relations = givenRelations(this.statement, body.tree);
    this.visit(body.tree, 1);
    for (const { name, line } of body.types) this.types.push({ name, source: this.place.line(line) });
  }

  /** Statements of a text; `line` is where it begins in the body. */
  statements(text: string, line: number): void {
    for (const each of parseSql(text, this.statement.source.file).statements) {
      const source = this.place.line(line + each.source.line - 1);
      if (isParsed(each)) this.within({ ...each, source });
      else
        this.unread.push({
          part: "text",
          reason: `Part of its body is not SQL: ${each.error}`,
          text: each.sql,
          source,
        });
    }
  }

  /** A statement of the body, with the body that it may have itself. */
  within(statement: ParsedStatement): void {
    const { read, unread, types } = takenApart(statement, true);
    this.read.push(...read);
    this.unreadWithin.push(...unread);
    this.types.push(...types);
  }

  lost(part: Unread["part"], reason: string, text: string, line: number): void {
    this.unread.push({ part, reason, text, source: this.place.line(line) });
  }

  private visit(value: unknown, line: number): void {
    if (Array.isArray(value)) for (const item of value) this.visit(item, line);
    if (!isTree(value)) return;
    const own = typeof value.lineno === "number" ? value.lineno : line;
    if (typeof value.typname === "string") this.types.push({ name: value.typname, source: this.place.line(own) });
    for (const [name, child] of Object.entries(value)) {
      const at = isTree(child) && typeof child.lineno === "number" ? child.lineno : own;
      if (name === "PLpgSQL_expr" && isTree(child)) this.expression(child, at);
      else if (name === "PLpgSQL_stmt_dynexecute" || name === "PLpgSQL_stmt_dynfors") this.executes(child, "query", at);
      else if (isTree(child) && "dynquery" in child) this.executes(child, "dynquery", at);
      else this.visit(child, at);
    }
  }

  /** EXECUTE: the text that it runs, and whatever else the expression reads. */
  private executes(tree: unknown, field: string, line: number): void {
    this.visit(tree, line);
    const holder = isTree(tree) ? tree[field] : null;
    const query = isTree(holder) && isTree(holder.PLpgSQL_expr) ? String(holder.PLpgSQL_expr.query) : "";
    const value = selected(query, this.statement.source.file);
    const text = value && (constantText(value) ?? formatTemplate(value, this.relations));
    if (typeof text === "string") this.statements(text, line);
    else this.lost("text", DYNAMIC, `EXECUTE ${query}`, line);
  }

  private expression({ query, parseMode }: Tree, line: number): void {
    const text = String(query);
    const mode = typeof parseMode === "number" ? parseMode : 0;
    if (mode === 0) {
      this.statements(text, line);
      return;
    }
    // An assignment comes with its target; what it reads follows the first `:=` or `=`.
    const value = mode >= 3 ? text.replace(/^[^=]*?:?=/s, "") : text;
    const [parsed] = parseSql(`select ${value}`, this.statement.source.file).statements;
    if (parsed && isParsed(parsed)) this.read.push({ node: parsed.node, source: this.place.line(line) });
    else this.lost("text", "An expression of its body cannot be read", text, line);
  }
}

function selected(expression: string, file: string): Node | null {
  const [statement] = parseSql(`select ${expression}`, file).statements;
  if (!statement || !isParsed(statement) || !("SelectStmt" in statement.node)) return null;
  const [target] = statement.node.SelectStmt.targetList ?? [];
  return target && "ResTarget" in target ? (target.ResTarget.val ?? null) : null;
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
