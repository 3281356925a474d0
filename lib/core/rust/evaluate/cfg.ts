import { cfgOf, type Presence } from "../syntax/attributes.js";
import type { RustNode } from "../syntax/rust-node.js";
import type { Machine } from "./machine.js";
import { bindUnknown } from "./patterns.js";
import type { Scope } from "./scope.js";
import { DECIDED_LATER, UNIT, unknown, type Value } from "./value.js";

/** The nodes that are not attributes, each with whether its attributes include it. */
export function underCfg(nodes: readonly RustNode[]): readonly (readonly [RustNode, Presence])[] {
  const found: (readonly [RustNode, Presence])[] = [];
  let attributes: RustNode[] = [];
  for (const node of nodes) {
    if (node.type === "attribute_item") attributes.push(node);
    else {
      const own = node.children.filter((child) => child.type === "attribute_item");
      found.push([node, cfgOf([...attributes, ...own])]);
      attributes = [];
    }
  }
  return found;
}

/** A statement that only some builds have: what it may change is unknown from here on. */
export function conditional(machine: Machine, node: RustNode, scope: Scope): Value {
  const reason = "Which features the code is built with decides whether this is there";
  if (node.type !== "let_declaration") return machine.anyOf([() => machine.evaluate(node, scope)], reason, node);
  const value = node.field("value");
  if (value) machine.anyOf([() => machine.evaluate(value, scope)], DECIDED_LATER, node);
  const pattern = node.field("pattern");
  if (pattern) bindUnknown(pattern, scope);
  return UNIT;
}

/** The elements of a list without those that are in no build but the tests'. */
export function presentIn(nodes: readonly RustNode[]): readonly RustNode[] {
  return underCfg(nodes).flatMap(([node, cfg]) => (cfg === "no" ? [] : [node]));
}

/** True when only some builds have an element of a list. */
export function isUnsure(nodes: readonly RustNode[]): boolean {
  return underCfg(nodes).some(([, cfg]) => cfg === "maybe");
}

export function unsureList(node: RustNode): Value {
  return unknown("Which features the code is built with decides what is in the list", node);
}
