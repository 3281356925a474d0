import { identifier } from "../sql/quote.js";
import { TENANT_SCHEMA } from "./catalog.js";

/**
 * Puts the placeholder where an SQL text names the tenant's own schema: in qualified names (outside and inside string literals, as in
 * `nextval('acme.seq'::regclass)`), in literals that consist of the name, and in a search_path.
 *
 * The text is what the server deparsed, or a function's body as its author wrote it. A longer name that merely contains the schema's stays as it is.
 * Where a table alias may have the schema's name too, only a known object's name after the dot makes it a schema; `known` holds the names of
 * everything that is in the schema.
 */
export function replaceTenantSchema(text: string, schema: string, known: ReadonlySet<string>): string {
  const plain = /^[a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*$/.test(schema);
  const read = plain ? text.toLowerCase() : text;
  if (!inLiterals(schema.replaceAll('"', '""')).some((form) => read.includes(form))) return text;
  const name = new Names(schema, plain);
  const ambiguous = known.has(schema) || name.standsAlone(text);
  const placeholder = identifier(TENANT_SCHEMA);
  return text
    .replace(name.qualifier, (match, _name: string, next: string) =>
      ambiguous && !known.has(unquoted(next)) ? match : match.replace(name.start, placeholder),
    )
    .replace(name.literal, `'${TENANT_SCHEMA}'`)
    .replace(SEARCH_PATH, (clause) => clause.replace(name.alone, placeholder));
}

const WORD = String.raw`[\w$\u0080-\uffff]`;
/** What may follow the dot: a name or an operator; `alias.*` is neither. */
const NEXT = `("(?:[^"]|"")+"|${WORD}+|[-+/<>=~!@#%^&|?\`][-+*/<>=~!@#%^&|?\`]*)`;
const SEARCH_PATH = /\bsearch_path\s*(?:=|\bto\b)[^;\n]*/gi;

/** The forms in which the schema's name may occur. */
class Names {
  readonly qualifier: RegExp;
  readonly start: RegExp;
  readonly literal: RegExp;
  readonly alone: RegExp;

  constructor(schema: string, plain: boolean) {
    const quoted = identifier(schema);
    const others = plain ? [schema] : [];
    const forms = `(?:${[...inLiterals(quoted), ...others].map(pattern).join("|")})`;
    const flags = plain ? "gi" : "g";
    // Neither a part of a longer name, nor qualified itself.
    const before = `(?<![\\w$."\\u0080-\\uffff])`;
    this.qualifier = new RegExp(`${before}(${forms})\\s*\\.\\s*(?=${NEXT})`, flags);
    this.start = new RegExp(`^${forms}`, flags);
    this.literal = new RegExp(`'${pattern(schema.replaceAll("'", "''"))}'`, "g");
    this.alone = new RegExp(`${before}${forms}(?!${WORD}|\\s*\\.|")`, flags);
  }

  /** The name occurs somewhere without a dot after it, outside literals: it may be an alias or a table. */
  standsAlone(text: string): boolean {
    return (
      text.replace(SEARCH_PATH, "").replace(this.literal, "").search(new RegExp(this.alone.source, this.alone.flags)) >=
        0 || new RegExp(`\\.\\s*${this.alone.source.replace(/^\(\?<![^)]*\)/, "")}`, this.alone.flags).test(text)
    );
  }
}

/** A name unescaped, and as it is in a string literal of either form. */
function inLiterals(name: string): readonly string[] {
  const doubled = name.replaceAll("'", "''");
  return [...new Set([name, doubled, doubled.replaceAll("\\", "\\\\")])];
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}

function pattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
