import { parsePiece } from "../syntax/parse-rust.js";
import type { RustNode } from "../syntax/rust-node.js";

/**
 * Expands a `macro_rules!` macro of the release itself: patterns of names, literals, expressions, types and one level of
 * repetition. Null for a macro that asks for more. Places in the expansion are those of the call.
 */
export function expandMacro(definition: RustNode, call: RustNode): RustNode | null {
  const given = call.child("token_tree")?.text.slice(1, -1) ?? "";
  for (const rule of definition.children.filter((child) => child.type === "macro_rule")) {
    const pattern = rule.field("left")?.text.slice(1, -1) ?? "";
    const body = rule.field("right")?.text.slice(1, -1) ?? "";
    const bound = bind(tokens(pattern), tokens(given));
    const filled = bound ? fill(body, bound) : null;
    const expanded = filled === null ? null : parseBlock(filled, call);
    if (expanded) return expanded;
  }
  return null;
}

function parseBlock(text: string, call: RustNode): RustNode | null {
  const head = "fn f()";
  // The expansion stands in no file: its text is its own, and its places all mean the call.
  const source = { ...call.source, text: `${head}{${text}}`, lines: { span: () => call.span }, origin: call };
  const piece = parsePiece(source.text, source, 0);
  if (piece.error) return null;
  for (const found of piece.root.descendants()) if (found.type === "block") return found;
  return null;
}

/** Words, literals, punctuation, and bracketed groups as one token each. */
function tokens(text: string): string[] {
  const found: string[] = [];
  const token = /\s+|"(?:[^"\\]|\\[\s\S])*"|[A-Za-z_]\w*|\d[\w.]*|::|=>|[\s\S]/y;
  let at = 0;
  while (at < text.length) {
    const open = text[at];
    if (open === "(" || open === "[" || open === "{") {
      const end = closing(text, at);
      found.push(text.slice(at, end));
      at = end;
      continue;
    }
    token.lastIndex = at;
    const next = token.exec(text)?.[0] ?? open ?? "";
    if (next.trim() !== "") found.push(next);
    at += Math.max(next.length, 1);
  }
  return found;
}

function closing(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at] ?? "";
    if ("([{".includes(char)) depth++;
    if (")]}".includes(char)) depth--;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

type Bound = Map<string, string | string[]>;

function bind(pattern: readonly string[], given: readonly string[]): Bound | null {
  const bound: Bound = new Map();
  let at = 0;
  for (let index = 0; index < pattern.length; index++) {
    const token = pattern[index] ?? "";
    const next = pattern[index + 1] ?? "";
    if (token === "$" && next.startsWith("(")) {
      const separator = /^[*+?]$/.test(pattern[index + 2] ?? "") ? "" : (pattern[index + 2] ?? "");
      const taken = bindRepeated(tokens(next.slice(1, -1)), separator, given.slice(at), bound);
      if (!taken) return null;
      at = given.length;
      index += separator === "" ? 2 : 3;
    } else if (token === "$") {
      const stop = pattern[index + 4];
      const end = stop === undefined ? given.length : given.indexOf(stop, at);
      if (end <= at && end !== given.length) return null;
      bound.set(next, given.slice(at, end).join(" "));
      at = end;
      index += 3;
    } else if (given[at] === token) at++;
    else if (!(token === "," && at >= given.length)) return null;
  }
  return at >= given.length ? bound : null;
}

function bindRepeated(inner: readonly string[], separator: string, given: readonly string[], bound: Bound): boolean {
  const parts: string[][] = [[]];
  for (const token of given) {
    if (token === separator) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  const filled = parts.filter((part) => part.length > 0);
  const all = filled.map((part) => bind(inner, part));
  if (all.some((each) => each === null)) return false;
  for (const [at, token] of inner.entries()) {
    if (token !== "$") continue;
    const name = inner[at + 1] ?? "";
    bound.set(
      name,
      all.flatMap((each) => {
        const value = each?.get(name);
        return typeof value === "string" ? [value] : [];
      }),
    );
  }
  return true;
}

function fill(body: string, bound: Bound): string | null {
  let result = "";
  let at = 0;
  while (at < body.length) {
    if (body[at] !== "$") {
      result += body[at];
      at++;
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
