import { pathOf } from "../../rust/syntax/items.js";
import type { RustNode } from "../../rust/syntax/rust-node.js";
import { bare, chainOf } from "./chain.js";
import type { Entities, Entity } from "./sea-orm-entities.js";

/** The only thing in a function that a name is bound to: its parameter, or a `let`. */
export function bindingOf(within: RustNode, name: string): RustNode | null {
  const found = [...within.descendants()].filter((node) => node.field("pattern")?.text.replace(/^mut\s+/, "") === name);
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** The entity whose row a name holds: `row: &cake::Model`, or `let row = Cake::find_by_id(1).one(db).await?…`. */
export function entityOfRow(entities: Entities, within: RustNode, expression: RustNode): Entity | null {
  const node = bare(expression);
  const bound = node.type === "identifier" ? bindingOf(within, node.text) : null;
  const type = bound?.field("type") ?? null;
  if (!bound) return null;
  if (type) return ofModel(entities, type.type === "reference_type" ? (type.field("type") ?? type) : type);
  const value = bound.type === "let_declaration" ? bound.field("value") : null;
  const { root, links } = value ? chainOf(value) : { root: null, links: [] };
  const path = root?.type === "call_expression" ? pathOf(root.field("function")) : [];
  const one = links.findIndex(({ method }) => method === "one");
  const kept = links.slice(one + 1).every(({ method }) => /^(unwrap|expect|ok_or|ok_or_else)$/.test(method));
  const other = links.some(({ method }) => /^(into_|find_|select_only)/.test(method));
  if (!root || one < 0 || !kept || other || !/^find(_by_id)?$/.test(path.at(-1) ?? "")) return null;
  return entities.named(path.slice(0, -1), root);
}

function ofModel(entities: Entities, type: RustNode): Entity | null {
  const path = pathOf(type);
  return path.at(-1) === "Model" ? entities.named([...path.slice(0, -1), "Entity"], type) : null;
}
