import type { RustNode } from "../syntax/rust-node.js";

/** Methods of a Result, or of a future of one, that keep its error an error. */
const PASSES = /^(map_err|inspect_err|context|with_context|wrap_err|wrap_err_with|boxed|boxed_local|instrument|into)$/;
/** Methods that take code and return what it returns. */
const GIVES = /^(transaction|build_transaction|run)$/;

const parents = new WeakMap<RustNode, RustNode>();

/** Records the parent of each part of a body. */
export function noteParents(body: RustNode): void {
  const [first] = body.children;
  if (!first || parents.has(first)) return;
  const walk = (node: RustNode) => {
    for (const child of node.children) {
      parents.set(child, node);
      walk(child);
    }
  };
  walk(body);
}

/**
 * Whether an error that a call returns leaves the enclosing function, by `?`, a panic, or as its own result. If not, the caller continues although
 * the rest of what was called did not run.
 */
export function propagates(call: RustNode): boolean {
  let node = call;
  for (let parent = parents.get(node); parent; parent = parents.get(node)) {
    const next = step(node, parent);
    if (typeof next === "boolean") return next;
    node = next;
  }
  // The last expression of a body is its result.
  return node !== call && node.type === "block";
}

function step(node: RustNode, parent: RustNode): RustNode | boolean {
  switch (parent.type) {
    case "try_expression":
    case "return_expression":
      return true;
    case "await_expression":
    case "parenthesized_expression":
    case "unsafe_block":
    case "else_clause":
    case "match_block":
      return parent;
    case "block":
      return parent.children.at(-1) === node ? parent : false;
    case "expression_statement":
      return parent.text.endsWith(";") ? false : parent;
    case "function_item":
    case "closure_expression":
      return parent.field("body") === node ? (parent.type === "closure_expression" ? parent : true) : false;
    case "async_block":
      return parent;
    case "if_expression":
      return parent.field("condition") === node ? false : parent;
    case "match_expression":
      return parent.field("value") === node ? false : parent;
    case "match_arm":
      return parent.field("value") === node ? parent : false;
    case "field_expression":
      return ofMethod(parent);
    case "arguments":
      return ofArgument(parent);
    default:
      return false;
  }
}

function ofMethod(field: RustNode): RustNode | boolean {
  const call = parents.get(field);
  const method = field.field("field")?.text ?? "";
  if (call?.type !== "call_expression" || call.field("function") !== field) return false;
  if (/^(unwrap|expect)$/.test(method)) return true;
  return PASSES.test(method) ? call : false;
}

/** `Box::pin(async { … })`, `db.transaction(|t| …)`. */
function ofArgument(list: RustNode): RustNode | boolean {
  const call = parents.get(list);
  const callee = call?.field("function");
  if (!call || !callee) return false;
  const method = callee.type === "field_expression" ? callee.field("field")?.text : null;
  if (method !== null && method !== undefined) return GIVES.test(method.replace(/::<.*/s, "")) ? call : false;
  return /(^|::)pin$/.test(callee.text) ? call : false;
}
