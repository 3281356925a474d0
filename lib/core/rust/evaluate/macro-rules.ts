import { parsePiece } from "../syntax/parse-rust.js";
import type { RustNode } from "../syntax/rust-node.js";

/**
 * Expands a `macro_rules!` macro of the release itself: patterns of names, literals, expressions, types and one level of repetition. Null for a macro
 * that needs more. Places in the expansion are the call's.
 */
export function expandMacro(definition: RustNode, call: RustNode): RustNode | null {
  const given = tokens(call.child("token_tree")?.text.slice(1, -1) ?? "");
  for (const rule of definition.children.filter((child) => child.type === "macro_rule")) {
    const bound = bind(tokens(rule.field("left")?.text.slice(1, -1) ?? ""), given);
    if (bound === "unsure") return null;
    if (bound === "no") continue;
    const filled = fill(rule.field("right")?.text.slice(1, -1) ?? "", bound);
    return filled === null ? null : parseBlock(filled, call);
  }
  return null;
}

function parseBlock(text: string, call: RustNode): RustNode | null {
  const head = "fn f()";
  // The expansion is not in any file: it has a text of its own, and all its places mean the call.
  const source = { ...call.source, text: `${head}{${text}}`, lines: { span: () => call.span }, origin: call };
  const piece = parsePiece(source.text, source, 0);
  if (piece.error) return null;
  for (const found of piece.root.descendants()) if (found.type === "block") return found;
  return null;
}

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** The text that contains the token. */
  readonly whole: string;
}

const ONE =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|b?"(?:[^"\\]|\\[\s\S])*"|b?r(#*)"[\s\S]*?"\1|b?'(?:[^'\\\n]|\\[^'\n]+|\\')'|'\w+|[A-Za-z_]\w*|\d[\w.]*|::|=>|[\s\S]/y;

function next(text: string, at: number): string {
  ONE.lastIndex = at;
  return ONE.exec(text)?.[0] ?? text.charAt(at);
}

/** Words, literals, punctuation, and bracketed groups as one token each. */
function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const end = /[([{]/.test(text.charAt(at)) ? closing(text, at) : at + next(text, at).length;
    const token = text.slice(at, end);
    if (!/^(\s|\/\/|\/\*)/.test(token)) found.push({ text: token, start: at, end, whole: text });
    at = end;
  }
  return found;
}

function closing(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; ) {
    const token = next(text, at);
    if (/^[([{]$/.test(token)) depth++;
    if (/^[)\]}]$/.test(token)) depth--;
    at += token.length;
    if (depth === 0) return at;
  }
  return text.length;
}

type Bound = Map<string, string | string[]>;

function bind(pattern: readonly Token[], given: readonly Token[]): Bound | "no" | "unsure" {
  const bound: Bound = new Map();
  let at = 0;
  for (let index = 0; index < pattern.length; index++) {
    const token = pattern[index]?.text ?? "";
    const name = pattern[index + 1]?.text ?? "";
    if (token === "$" && name.startsWith("(")) {
      const plain = /^[*+?]$/.test(pattern[index + 2]?.text ?? "");
      const separator = plain ? "" : (pattern[index + 2]?.text ?? "");
      const times = pattern[index + (plain ? 2 : 3)]?.text ?? "";
      index += plain ? 2 : 3;
      // An optional comma at the end is taken with the repetition.
      const rest = pattern.slice(index + 1).map((each) => each.text);
      if (!/^(\$ \( *[,;] *\) [?*])?$/.test(rest.join(" "))) return "unsure";
      const taken = bindRepeated(tokens(name.slice(1, -1)), separator, times, given.slice(at), bound);
      return taken === "yes" ? bound : taken;
    }
    if (token === "$") {
      const stop = pattern[index + 4]?.text;
      const found =
        stop === undefined ? given.length : given.findIndex((each, place) => place >= at && each.text === stop);
      const part = given.slice(at, found < 0 ? given.length : found);
      const fits = fragment(pattern[index + 3]?.text ?? "", part);
      if (fits !== "yes") return fits;
      bound.set(name, textOf(part, pattern[index + 3]?.text ?? ""));
      at += part.length;
      index += 3;
    } else if (given[at]?.text === token) at++;
    else return "no";
  }
  return at >= given.length ? bound : "no";
}

/** Whether the tokens fit a fragment. */
function fragment(kind: string, part: readonly Token[]): "yes" | "no" | "unsure" {
  const [first, ...more] = part.map((each) => each.text);
  if (first === undefined) return "no";
  const single = more.length === 0;
  if (kind === "ident") return single && /^[A-Za-z_]\w*$/.test(first) && first !== "_" ? "yes" : "no";
  if (kind === "tt") return single ? "yes" : "no";
  if (kind === "literal")
    return single && /^(b?r?#*["']|\d|true$|false$)/.test(first) ? "yes" : single ? "no" : "unsure";
  if (kind === "block") return single && first.startsWith("{") ? "yes" : "no";
  if (/^(expr|ty|path)$/.test(kind)) {
    if (kind !== "expr" && /^(b?r?#*["']|\d)/.test(first)) return "no";
    // The parser decides where one ends and the next begins.
    return more.some((each) => /^(,|;|=>)$/.test(each)) || /^(,|;|=>)$/.test(first) ? "unsure" : "yes";
  }
  return "unsure";
}

/** An expression stays one expression wherever it is inserted. */
function textOf(part: readonly Token[], kind: string): string {
  const text = part[0]?.whole.slice(part[0].start, part.at(-1)?.end) ?? "";
  return kind === "expr" && part.length > 1 ? `(${text})` : text;
}

function bindRepeated(
  inner: readonly Token[],
  separator: string,
  times: string,
  given: readonly Token[],
  bound: Bound,
): "yes" | "no" | "unsure" {
  const parts: Token[][] = [[]];
  for (const token of given) {
    if (separator !== "" && token.text === separator) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  const filled = parts.filter((part) => part.length > 0);
  if ((times === "+" && filled.length === 0) || (times === "?" && filled.length > 1)) return "no";
  // Without a separator it is unknown where one repetition ends when there are several.
  if (separator === "" && filled.length > 0 && times !== "?") return "unsure";
  const all = filled.map((part) => bind(inner, part));
  if (all.includes("unsure")) return "unsure";
  if (all.includes("no")) return "no";
  for (const [at, token] of inner.entries()) {
    if (token.text !== "$") continue;
    const name = inner[at + 1]?.text ?? "";
    bound.set(
      name,
      all.flatMap((each) => {
        const value = typeof each === "string" ? undefined : each.get(name);
        return typeof value === "string" ? [value] : [];
      }),
    );
  }
  return "yes";
}

function fill(body: string, bound: Bound): string | null {
  let result = "";
  let at = 0;
  while (at < body.length) {
    const token = next(body, at);
    if (token !== "$") {
      // Nothing is filled in inside a text.
      result += token;
      at += token.length;
    } else if (body[at + 1] === "(") {
      const end = closing(body, at + 1);
      const suffix = /^[^*+?]?[*+?]/.exec(body.slice(end))?.[0] ?? "";
      const repeated = repeat(body.slice(at + 2, end - 1), suffix.length > 1 ? suffix.charAt(0) : "", bound);
      if (repeated === null) return null;
      result += repeated;
      at = end + suffix.length;
    } else {
      const name = /^\w+/.exec(body.slice(at + 1))?.[0] ?? "";
      const value = name === "crate" ? "crate" : bound.get(name);
      if (typeof value !== "string") return null;
      result += value;
      at += 1 + name.length;
    }
  }
  return result;
}

function repeat(body: string, separator: string, bound: Bound): string | null {
  const lists = [...bound].filter(([name, value]) => Array.isArray(value) && body.includes(`$${name}`));
  const count = Math.max(0, ...lists.map(([, value]) => value.length));
  const parts: string[] = [];
  for (let at = 0; at < count; at++) {
    const one = new Map(bound);
    for (const [name, value] of lists) one.set(name, value[at] ?? "");
    const part = fill(body, one);
    if (part === null) return null;
    parts.push(part);
  }
  return parts.join(separator);
}
