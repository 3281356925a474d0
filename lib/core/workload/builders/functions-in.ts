import type { RustNode } from "../../rust/syntax/rust-node.js";

/** The functions of a file, except test-only ones. */
export function* functionsIn(root: RustNode): Generator<RustNode> {
  for (const child of root.children) {
    if (child.type === "mod_item" && child.field("name")?.text === "tests") continue;
    if (child.type === "function_item") yield child;
    else yield* functionsIn(child);
  }
}
