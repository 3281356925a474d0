import { hasSqlDetails, loadModule, type Node, parseSync } from "libpg-query";
import { KnownTrees } from "./known-trees.js";
import { LineIndex } from "./line-index.js";
import { blockCommentLength, splitSql, type TextRange } from "./split.js";
import type { ParsedStatement, Statement, UnparsedStatement } from "./statement.js";

let loaded: Promise<void> | null = null;

/** Loads the parser once per process; must be awaited before `parseSql`. */
export function loadParser(): Promise<void> {
  loaded ??= loadModule();
  return loaded;
}

export interface ParsedSql {
  readonly statements: readonly (ParsedStatement | UnparsedStatement)[];
}

export function isParsed(statement: ParsedStatement | UnparsedStatement): statement is ParsedStatement {
  return "node" in statement;
}

const KNOWN = new KnownTrees();

/** A text up to this length is parsed in one call; a longer one statement by statement, which limits the memory. */
const WHOLE_TEXT = 1 << 18;
/** A statement's tree takes about fifty times its text; a longer statement is refused. */
const LONGEST_STATEMENT = 8 << 20;

/**
 * Splits a text into statements with PostgreSQL's own grammar. The parser counts bytes; places are given in lines and characters. A statement that
 * the parser refuses is returned unparsed; the others around it are parsed.
 */
export function parseSql(text: string, file: string): ParsedSql {
  const lines = new LineIndex(text);
  const known = KNOWN.get(text);
  if (known) return { statements: [{ index: 0, sql: text, source: lines.span(file, 0, text.length), ...known }] };
  if (text.length <= WHOLE_TEXT && !text.includes("\0")) {
    const whole = attempt(text);
    if (whole.ok) return { statements: wholeStatements(text, whole.statements, lines, file) };
  }
  const { pieces } = splitSql(text);
  return { statements: pieces.flatMap((piece, index) => parsePiece(text, piece, index, lines, file)) };
}

/** One statement as it is stored. Text with several statements counts as unparsed. */
export function parseStatement(statement: Statement): ParsedStatement | UnparsedStatement {
  const { index, sql, source } = statement;
  const known = KNOWN.get(sql);
  if (known) return { index, sql, source, ...known };
  const result = attempt(sql);
  if (!result.ok) return { index, sql, source, error: result.error, errorAt: result.at };
  const [only, ...others] = result.statements;
  if (!only?.stmt || others.length > 0)
    return { index, sql, source, error: "more or less than one statement", errorAt: 0 };
  const tree = { node: only.stmt, base: 0 };
  KNOWN.note(sql, tree);
  return { index, sql, source, ...tree };
}

/** The tree of a single statement whose places count from the start of this text; null when it is not one statement. */
export function treeAlone(sql: string): Node | null {
  const result = attempt(sql);
  const [only, ...others] = result.ok ? result.statements : [];
  return others.length === 0 ? (only?.stmt ?? null) : null;
}

type RawStatements = NonNullable<ReturnType<typeof parseSync>["stmts"]>;
type Attempt =
  | { readonly ok: true; readonly statements: RawStatements }
  | { readonly ok: false; readonly error: string; readonly at: number };

function attempt(text: string): Attempt {
  const nul = text.indexOf("\0");
  if (nul >= 0) return { ok: false, error: "a NUL byte: this is not a text", at: nul };
  if (text.length > LONGEST_STATEMENT)
    return { ok: false, error: "a statement of more than 8 MB is not parsed", at: 0 };
  // The parser refuses a text without any characters, which is not an error in the text.
  if (text === "") return { ok: true, statements: [] };
  try {
    return { ok: true, statements: parseSync(text).stmts ?? [] };
  } catch (error) {
    if (hasSqlDetails(error)) {
      return { ok: false, error: error.message, at: fromCodePoints(text, error.sqlDetails?.cursorPosition ?? 0) };
    }
    // The parser's stack is limited; an expression nested too deeply throws from within.
    if (error instanceof RangeError || (error instanceof Error && error.name === "RuntimeError")) {
      return { ok: false, error: "nested too deeply to be parsed", at: 0 };
    }
    throw error;
  }
}

function wholeStatements(text: string, raws: RawStatements, lines: LineIndex, file: string): ParsedStatement[] {
  const bytes = Buffer.byteLength(text, "utf8");
  const ascii = bytes === text.length;
  const chars = new CharOffsets(text, ascii);
  return raws.map((raw, index) => {
    const from = raw.stmt_location ?? 0;
    const to = raw.stmt_len ? from + raw.stmt_len : bytes;
    const begin = chars.at(from);
    const slice = text.slice(begin, chars.at(to));
    const lead = leadingTrivia(slice);
    const sql = withoutTrailingTrivia(slice.slice(lead));
    if (!raw.stmt) throw new Error("the parser returned a statement without a tree");
    const start = begin + lead;
    const base = from + (ascii ? lead : Buffer.byteLength(slice.slice(0, lead), "utf8"));
    const tree = { node: raw.stmt, base };
    KNOWN.note(sql, tree);
    return { index, sql, source: lines.span(file, start, start + sql.length), ...tree };
  });
}

function parsePiece(text: string, { start, end }: TextRange, index: number, lines: LineIndex, file: string) {
  const sql = text.slice(start, end);
  const source = lines.span(file, start, end);
  if (!sql.startsWith("\\")) return [parseStatement({ index, sql, source })];
  return [{ index, sql, source, error: "a psql meta-command, which only psql understands", errorAt: 0 }];
}

/** Byte offsets to UTF-16 offsets, for offsets requested in ascending order. */
class CharOffsets {
  private byte = 0;
  private char = 0;
  private readonly bytes: Buffer | null;

  constructor(text: string, ascii: boolean) {
    this.bytes = ascii ? null : Buffer.from(text, "utf8");
  }

  at(byte: number): number {
    if (this.bytes === null) return byte;
    if (byte < this.byte) this.byte = this.char = 0;
    this.char += this.bytes.subarray(this.byte, byte).toString("utf8").length;
    this.byte = byte;
    return this.char;
  }
}

/** The parser counts code points; JavaScript counts UTF-16 units. */
function fromCodePoints(text: string, points: number): number {
  let at = 0;
  for (let left = points; left > 0 && at < text.length; left--) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at;
}

const TRIVIA = /[\s;\uFEFF]+|--[^\n]*(?:\n|$)/y;

/** Length of white space, comments and empty statements at the start of a text. */
function leadingTrivia(text: string): number {
  let at = 0;
  for (;;) {
    TRIVIA.lastIndex = at;
    const found = TRIVIA.exec(text);
    if (found) at += found[0].length;
    else if (text.startsWith("/*", at)) at += blockCommentLength(text, at);
    else return at;
  }
}

/** A comment after the last token belongs to no statement. */
function withoutTrailingTrivia(sql: string): string {
  const trimmed = sql.trimEnd();
  if (!/--|\*\/$/.test(trimmed)) return trimmed;
  const [piece] = splitSql(trimmed).pieces;
  return piece ? trimmed.slice(piece.start, piece.end) : trimmed;
}
