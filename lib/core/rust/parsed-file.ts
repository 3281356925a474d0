import type { SourceFile } from "../release/source-file.js";
import { type ParsedRust, parseRust } from "./syntax/parse-rust.js";

const parsed = new WeakMap<SourceFile, ParsedRust>();

/** The tree of a Rust file; made once per file. */
export function parsedFile(file: SourceFile): ParsedRust {
  const known = parsed.get(file);
  if (known) return known;
  const made = parseRust(file.text, file.path);
  parsed.set(file, made);
  return made;
}
