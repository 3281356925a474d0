import type { RustNode } from "../../rust/syntax/rust-node.js";

interface Link {
  readonly method: string;
  readonly args: readonly RustNode[];
  readonly node: RustNode;
}

/** `root.a(…).b(…)` */
export interface Chain {
  readonly root: RustNode;
  readonly links: readonly Link[];
}

/** The method calls that an expression consists of; `?`, `.await`, parentheses and references in between do not count. */
export function chainOf(expression: RustNode): Chain {
  const node = bare(expression);
  if (node.type === "field_expression" && node.field("field")?.text === "await") return chainOf(heldIn(node));
  const callee = node.type === "call_expression" ? node.field("function") : null;
  const member = callee?.type === "generic_function" ? callee.field("function") : callee;
  if (member?.type !== "field_expression") return { root: node, links: [] };
  const { root, links } = chainOf(heldIn(member));
  return { root, links: [...links, { method: member.field("field")?.text ?? "", args: argumentsOf(node), node }] };
}

/** The expression inside references, parentheses, `?` and `.await`. */
export function bare(node: RustNode): RustNode {
  if (node.type === "reference_expression") return bare(heldIn(node));
  if (/^(await|try|parenthesized)_expression$/.test(node.type)) return bare(node.children[0] ?? node);
  return node;
}

function heldIn(node: RustNode): RustNode {
  return node.field("value") ?? node.children[0] ?? node;
}

export function argumentsOf(call: RustNode): readonly RustNode[] {
  return call.field("arguments")?.plain ?? [];
}

/** Every call chain in a function or an item, only the outermost ones, and those in their arguments. */
export function* chainsIn(node: RustNode): Generator<Chain> {
  if (node.type === "call_expression") {
    const chain = chainOf(node);
    if (chain.links.length > 0) {
      yield chain;
      for (const { args } of chain.links) for (const arg of args) yield* chainsIn(arg);
      if (chain.root.type === "call_expression") for (const arg of argumentsOf(chain.root)) yield* chainsIn(arg);
      else yield* chainsIn(chain.root);
      return;
    }
  }
  for (const child of node.children) yield* chainsIn(child);
}
