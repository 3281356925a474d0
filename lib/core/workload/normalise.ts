import { type Node, scanSync } from "libpg-query";
import { deparse } from "../sql/deparse.js";
import { treeAlone } from "../sql/parse.js";
import { as, find } from "../sql/tree.js";
import { type Slot, slotsOf } from "./slots.js";

export interface NormaliseOptions {
  /** The server has numbered each value separately: equal expressions get equal parameters again. */
  readonly numberedByServer?: boolean;
}

/**
 * The statement with a parameter in place of every value, as a server can prepare it; null when that cannot be written. Existing parameters keep
 * their numbers. `text` must be the text that `node` was parsed from.
 */
export function normalise(text: string, node: Node, options: NormaliseOptions = {}): string | null {
  const written = new Written(text);
  const slots = slotsOf(node).filter(({ at }) => written.ends.has(at));
  const numbers = numbered(slots, options.numberedByServer === true && hasGrouping(node));
  const edited = written.edit(slots, numbers);
  const parsed = treeAlone(edited);
  if (parsed === null) return null;
  const left = new Written(edited);
  return slotsOf(parsed).some(({ parameter, at }) => parameter === null && left.ends.has(at))
    ? null
    : callable(edited, parsed);
}

function hasGrouping(node: Node): boolean {
  const select = find(node, "SelectStmt");
  return select.some(({ groupClause }) => (groupClause ?? []).length > 0);
}

/** New numbers after those already used; with `again` all are numbered, the same ones for the same expression. */
function numbered(slots: readonly Slot[], again: boolean): readonly number[] {
  let next = again ? 0 : Math.max(0, ...slots.map(({ parameter }) => parameter ?? 0));
  const known = new Map<string, number>();
  return slots.map(({ parameter, key }) => {
    if (parameter !== null && !again) return parameter;
    const number = known.get(key) ?? ++next;
    known.set(key, number);
    return number;
  });
}

/** The scanner does not name some of them. */
const LITERALS: ReadonlySet<number> = new Set([260, 261, 262, 263, 264, 266, 267]);
const NUMBERS: ReadonlySet<string> = new Set(["ICONST", "FCONST"]);
const COMMENTS: ReadonlySet<string> = new Set(["SQL_COMMENT", "C_COMMENT"]);
/** What may follow an interval's value. */
const INTERVAL_FIELDS = /^(year|month|day|hour|minute|second|to)$/i;

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A text with the positions of its literals and its comments, in bytes. */
class Written {
  private readonly bytes: Buffer;
  private readonly comments: Edit[] = [];
  /** Where each literal ends, by where it begins; a minus before a number counts as its beginning. */
  readonly ends = new Map<number, number>();
  /** The same when interval fields follow. */
  private readonly fieldEnds = new Map<number, number>();

  constructor(text: string) {
    this.bytes = Buffer.from(text, "utf8");
    const { tokens } = scanSync(text);
    for (const [at, { start, end, text: word, tokenName, tokenType }] of tokens.entries()) {
      // A comment may contain values too.
      if (COMMENTS.has(tokenName)) this.comments.push({ start, end, text: " " });
      const next = tokens[at + 1];
      if (LITERALS.has(tokenType)) this.ends.set(start, end);
      else if (word === "-" && next && NUMBERS.has(next.tokenName)) this.ends.set(start, next.end);
      else continue;
      let last = at;
      while (INTERVAL_FIELDS.test(tokens[last + 1]?.text ?? "")) last += 1;
      this.fieldEnds.set(start, tokens[last]?.end ?? end);
    }
  }

  /** Replaces each value, and the type before it, in place; without comments. */
  edit(slots: readonly Slot[], numbers: readonly number[]): string {
    const edits = slots.map((slot, index) => this.replacement(slot, numbers[index] ?? 0));
    let at = 0;
    let made = "";
    for (const { start, end, text } of [...edits, ...this.comments].sort((a, b) => a.start - b.start)) {
      if (start < at) continue;
      made += this.slice(at, start) + text;
      at = end;
    }
    return (made + this.slice(at, this.bytes.length)).trim();
  }

  private replacement({ at, typeAt, cast }: Slot, number: number): Edit {
    const ends = typeAt === null ? this.ends : this.fieldEnds;
    const type = typeAt === null ? cast : this.slice(typeAt, at).trim();
    const text = type === null ? `$${number}` : `($${number}::${type})`;
    return { start: typeAt ?? at, end: ends.get(at) ?? at, text };
  }

  private slice(from: number, to: number): string {
    return this.bytes.subarray(from, to).toString("utf8");
  }
}

/** `extract($1 from x)` is what a server turns `extract(year from x)` into, and it does not parse; as a call it does. */
function callable(text: string, node: Node): string | null {
  const extracts = find(node, "FuncCall").filter(
    ({ funcformat, args }) => funcformat === "COERCE_SQL_SYNTAX" && as(args?.[0], "ParamRef"),
  );
  if (extracts.length === 0) return text;
  const copy = structuredClone(node);
  for (const call of find(copy, "FuncCall"))
    if (call.funcformat === "COERCE_SQL_SYNTAX" && as(call.args?.[0], "ParamRef"))
      call.funcformat = "COERCE_EXPLICIT_CALL";
  return deparse(copy);
}
