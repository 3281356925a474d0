import type { Node } from "libpg-query";
import { identifier } from "./quote.js";
import { blockCommentLength } from "./split.js";
import { as, strings } from "./tree.js";

/** A text with the user's own types replaced, and what the types were. */
export interface PlainTypes {
  readonly sql: string;
  /** Names of types as declared, with their line in the body. */
  readonly types: readonly { readonly name: string; readonly line: number }[];
}

/** Types whose variables hold a text unchanged when it is assigned. */
function holdsTexts(type: string): boolean {
  return /^(pg_catalog\.)?(text|varchar|character varying|name|int[248]?|integer|bigint|smallint)$/i.test(type.trim());
}

/** Replaces any other type. The parser knows it as a scalar, and nothing that such a variable holds counts as known. */
const SCALAR = "bytea";

/**
 * A DO block or PL/pgSQL function in which no variable has one of the tenant's own types; those in `records` are rows. The parser knows no catalog:
 * it takes a type that is not built in for a row type, and refuses such a variable in `INTO a, b`. Lines do not move.
 */
export function withPlainTypes(node: Node, body: string, records: ReadonlySet<string>): PlainTypes {
  const plain = new Declarations(body, records);
  const text = plain.rewritten();
  let mark = "body";
  while (text.includes(`$${mark}$`)) mark += "_";
  const quoted = `$${mark}$${text}$${mark}$`;
  const made = as(node, "CreateFunctionStmt");
  return { sql: made ? `${signature(made, records)} AS ${quoted}` : `DO ${quoted}`, types: plain.types };
}

type Made = NonNullable<ReturnType<typeof as<"CreateFunctionStmt">>>;

const KEPT_RETURNS = new Set(["trigger", "event_trigger", "void", "record"]);
const MODES: Readonly<Record<string, string>> = {
  FUNC_PARAM_OUT: "OUT ",
  FUNC_PARAM_INOUT: "INOUT ",
  FUNC_PARAM_VARIADIC: "VARIADIC ",
};

function signature(made: Made, records: ReadonlySet<string>): string {
  const written: string[] = [];
  const columns: string[] = [];
  for (const item of made.parameters ?? []) {
    const { name, mode = "", argType } = as(item, "FunctionParameter") ?? {};
    const at = `$${written.length + 1}`;
    const own = strings(argType?.names).at(-1) ?? "";
    const array = (argType?.arrayBounds ?? []).length > 0;
    const plain = holdsTexts(own) && !array ? own : SCALAR;
    const type = records.has(name ?? at) || records.has(at) ? "record" : plain;
    const shown = `${name ? `${identifier(name)} ` : ""}${type}${mode === "FUNC_PARAM_VARIADIC" ? "[]" : ""}`;
    if (mode === "FUNC_PARAM_TABLE") columns.push(shown);
    else written.push(`${MODES[mode] ?? ""}${shown}`);
  }
  const what = made.is_procedure ? "PROCEDURE" : "FUNCTION";
  return `CREATE ${what} f(${written.join(", ")})${returns(made, columns)} LANGUAGE plpgsql`;
}

function returns({ returnType }: Made, columns: readonly string[]): string {
  if (columns.length > 0) return ` RETURNS TABLE (${columns.join(", ")})`;
  if (!returnType) return "";
  const name = strings(returnType.names).at(-1) ?? "";
  return ` RETURNS ${returnType.setof ? "SETOF " : ""}${KEPT_RETURNS.has(name) ? name : SCALAR}`;
}

/** After these a block may begin, and with it DECLARE. */
const BEFORE_BLOCK = new Set(["", ";", ">", "begin", "then", "else", "loop"]);
/** What ends the type in a declaration. */
const AFTER_TYPE = new Set(["collate", "not", "default", ":", "=", ";"]);
/** Types that the parser must see as they are. */
const KEPT_TYPES = /^(record|(pg_catalog\s*\.\s*)?refcursor)$/i;

const TOKEN =
  /\$(\w*)\$[\s\S]*?\$\1\$|[eE]'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'|'[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*"|[\p{L}_][\p{L}\p{N}_$]*|\s+|--[^\n]*|\/\*|::|[\s\S]/uy;

/** Walks over the tokens of a body and replaces the types after DECLARE. */
class Declarations {
  readonly types: { name: string; line: number }[] = [];
  private readonly tokens: readonly string[];
  private readonly out: string[] = [];
  private at = 0;
  private line = 1;

  constructor(
    body: string,
    private readonly records: ReadonlySet<string>,
  ) {
    this.tokens = tokensOf(body);
  }

  rewritten(): string {
    let before = "";
    while (this.at < this.tokens.length) {
      const token = this.take();
      if (isSpace(token)) continue;
      const word = token.toLowerCase();
      if (word === "declare" && BEFORE_BLOCK.has(before)) this.declarations();
      before = word;
    }
    return this.out.join("");
  }

  /** Up to the block's BEGIN, which is not consumed. */
  private declarations(): void {
    for (;;) {
      const name = this.next();
      const word = name?.toLowerCase();
      if (name === undefined || word === "begin") return;
      if (word === "declare") {
        this.take();
        continue;
      }
      // A label may be here: <<name>>
      this.take();
      this.declaration(name);
      while (this.at < this.tokens.length && this.take() !== ";");
    }
  }

  private declaration(name: string): void {
    if (this.next()?.toLowerCase() === "constant") this.take();
    const first = this.next()?.toLowerCase() ?? "";
    if (["alias", "cursor", "no", "scroll"].includes(first)) return;
    const { line } = this;
    const written = this.skipped(AFTER_TYPE).trim();
    if (this.next()?.toLowerCase() === "collate") {
      this.skipped(new Set(["collate"]));
      this.drop();
      this.skipped(new Set([...AFTER_TYPE].filter((word) => word !== "collate")));
    }
    const kept = KEPT_TYPES.test(written) || (holdsTexts(written) && !this.records.has(folded(name)));
    if (!kept) this.types.push({ name: written, line });
    this.out.push(kept ? written : this.records.has(folded(name)) ? "record" : SCALAR, " ");
  }

  /** The text up to one of these words outside brackets; line ends of skipped text stay. */
  private skipped(ends: ReadonlySet<string>): string {
    let text = "";
    let depth = 0;
    for (let token = this.tokens[this.at]; token !== undefined; token = this.tokens[this.at]) {
      if (depth === 0 && ends.has(token.toLowerCase())) break;
      if (token === "(" || token === "[") depth++;
      if (token === ")" || token === "]") depth--;
      if (!isComment(token)) text += token;
      this.drop();
    }
    return text;
  }

  private drop(): void {
    const token = this.tokens[this.at++] ?? "";
    const ends = token.split("\n").length - 1;
    this.out.push("\n".repeat(ends) || (isSpace(token) ? " " : ""));
    this.line += ends;
  }

  private take(): string {
    const token = this.tokens[this.at++] ?? "";
    this.out.push(token);
    this.line += token.split("\n").length - 1;
    return token;
  }

  /** The next token that is neither space nor comment; what precedes it is consumed. */
  private next(): string | undefined {
    while (isSpace(this.tokens[this.at] ?? "x")) this.take();
    return this.tokens[this.at];
  }
}

function tokensOf(body: string): readonly string[] {
  const tokens: string[] = [];
  for (let at = 0; at < body.length; ) {
    TOKEN.lastIndex = at;
    const [token = ""] = TOKEN.exec(body) ?? [body.slice(at)];
    tokens.push(token === "/*" ? body.slice(at, at + blockCommentLength(body, at)) : token);
    at += tokens.at(-1)?.length ?? 1;
  }
  return tokens;
}

function isComment(token: string): boolean {
  return token.startsWith("--") || token.startsWith("/*");
}

function isSpace(token: string): boolean {
  return isComment(token) || /^\s+$/.test(token);
}

/** A name as the server folds it. */
function folded(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}
