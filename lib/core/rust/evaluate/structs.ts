import { pathOf } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";
import { underCfg, unsureList } from "./cfg.js";
import type { Machine } from "./machine.js";
import { withSelf } from "./paths.js";
import { handOver } from "./places.js";
import type { Scope } from "./scope.js";
import { typed } from "./typed.js";
import { reachesDatabase, UNIT, unknown, type Value } from "./value.js";

export function structOf(machine: Machine, node: RustNode, scope: Scope): Value {
  const fields = new Map<string, Value>();
  for (const [field, cfg] of underCfg(node.field("body")?.children ?? [])) {
    if (cfg === "no") continue;
    if (cfg === "maybe") return unsureList(node);
    if (field.type === "base_field_initializer") return withBase(machine, node, field, fields, scope);
    const name = field.field("field")?.text ?? field.text;
    const value = field.field("value");
    if (field.type === "field_initializer" && value) fields.set(name, machine.evaluate(value, scope));
    else if (field.type === "shorthand_field_initializer") {
      const identifier = field.child("identifier");
      if (identifier) fields.set(identifier.text, machine.evaluate(identifier, scope));
    }
  }
  return made(machine, node, fields);
}

/** A struct of the files with its fields as their types require. What dropping it does is not followed. */
function made(machine: Machine, node: RustNode, given: ReadonlyMap<string, Value>): Value {
  const path = withSelf(machine, pathOf(node.field("name")), node);
  const own = machine.crate.resolve("struct", path, node);
  const item = own === "ambiguous" ? null : own;
  const types = new Map(
    (item?.node.field("body")?.children ?? []).map((each) => [each.field("name")?.text, each.field("type")]),
  );
  const fields = new Map(
    [...given].map(([name, value]) => [name, typed(machine, value, types.get(name) ?? null, node)] as const),
  );
  const struct: Value = { kind: "struct", name: path.at(-1) ?? "", path, fields, node };
  if (!item || !machine.crate.implsOf(item).some((impl) => impl.trait === "Drop")) return struct;
  const reason = `When ${path.join("::")} is dropped, and what that does, is not followed`;
  handOver(machine, [struct], path.join("::"), node);
  return reachesDatabase(struct) ? machine.opaque(reason, node) : unknown(reason, node);
}

/** `..rest`: the fields that are not named take their values from it. */
function withBase(
  machine: Machine,
  node: RustNode,
  base: RustNode,
  named: ReadonlyMap<string, Value>,
  scope: Scope,
): Value {
  const [rest] = base.plain;
  const from = rest ? machine.read(rest, scope) : UNIT;
  const whole = from.kind === "struct" || (from.kind === "term" && from.head.join("::") === "Default::default");
  if (!whole) return unknown("The fields that are not named have values that are not known", node);
  const fields = from.kind === "struct" ? new Map([...from.fields, ...named]) : named;
  return made(machine, node, fields);
}
