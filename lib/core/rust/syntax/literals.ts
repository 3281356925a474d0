import type { RustNode } from "./rust-node.js";

/** The text that a string literal means: escapes resolved, raw strings as they are. */
export function stringValue(node: RustNode): string {
  if (node.type === "raw_string_literal") return node.child("string_content")?.text ?? "";
  return unescaped(node.text.replace(/^[bc]?"/, "").replace(/"$/, ""));
}

/** A text or a character between its quotes, with its escapes resolved. */
export function unescaped(body: string): string {
  return body.replace(
    /\\(?:\r?\n\s*|u\{([0-9a-fA-F_]+)\}|x([0-9a-fA-F]{2})|([\s\S]))/g,
    (all, point: string | undefined, byte: string | undefined, letter: string | undefined) => {
      if (point !== undefined) return String.fromCodePoint(Number.parseInt(point.replaceAll("_", ""), 16));
      if (byte !== undefined) return String.fromCharCode(Number.parseInt(byte, 16));
      if (letter === undefined) return "";
      return { n: "\n", r: "\r", t: "\t", "0": "\0" }[letter] ?? (letter === "\n" ? "" : letter) ?? all;
    },
  );
}

/** Offset of the literal's text in the file if it is there unchanged, otherwise null. */
export function verbatimStart(node: RustNode): number | null {
  const content = node.child("string_content");
  if (node.type === "raw_string_literal") return content?.start ?? null;
  if (node.children.length > 1 || node.text.includes("\\")) return null;
  return content?.start ?? null;
}

/** `1_000i64` as `1000`, `0xff` as `255`, `1.5f32` as `1.5`. */
export function numberValue(text: string): string {
  const plain = text.replaceAll("_", "").replace(/(?:[iu](?:8|16|32|64|128|size)|f(?:32|64))$/, "");
  return /^0[xob]/.test(plain) ? BigInt(plain).toString() : plain;
}

/** The words of an attribute or a macro, with string literals as their text. */
export interface MacroToken {
  readonly kind: "word" | "text" | "group";
  readonly text: string;
  readonly node: RustNode;
}

export function tokensOf(tree: RustNode): readonly MacroToken[] {
  return tree.children.map((node): MacroToken => {
    if (node.type === "token_tree") return { kind: "group", text: node.text, node };
    if (/string_literal$/.test(node.type)) return { kind: "text", text: stringValue(node), node };
    return { kind: "word", text: node.text, node };
  });
}
