import type { RustNode } from "./rust-node.js";

/** Macros that define what they are given, and nothing else. */
const PLAIN =
  /^\s*([\w:]+::)?(lazy_static|thread_local|table|joinable|allow_tables_to_appear_in_same_query|bitflags|static_assertions)\s*!/;

/** True when a macro call among items may define a name. */
export function makes(macro: RustNode, name: string): boolean {
  return !PLAIN.test(macro.text) || new RegExp(`\\b${name}\\b`).test(macro.text);
}
