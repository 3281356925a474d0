import type { SourceSpan } from "../../finding.js";
import { callItem, settled } from "../evaluate/calls.js";
import { RUST } from "../evaluate/language.js";
import { Machine } from "../evaluate/machine.js";
import { derefed } from "../evaluate/place.js";
import { refusalOf } from "../evaluate/signals.js";
import type { Value } from "../evaluate/value.js";
import type { Crate } from "../syntax/crate.js";
import type { Item } from "../syntax/items.js";
import { seaOrmLibrary } from "./library.js";

/** One migration of a migrator's list. */
export interface MigratorEntry {
  readonly text: string;
  readonly struct: Item | null;
  readonly span: SourceSpan;
}

export interface Migrator {
  /** In the order in which they would run. */
  readonly entries: readonly MigratorEntry[];
  /** Why the list is unknown; null when it is known. */
  readonly untold: string | null;
  /** Methods of the trait that it replaces, other than the list. */
  readonly others: readonly Item[];
  readonly span: SourceSpan;
}

/** The lists that every `impl MigratorTrait` returns. */
export function migratorsOf(crate: Crate): readonly Migrator[] {
  return crate
    .all("impl")
    .filter((item) => item.trait === "MigratorTrait")
    .map((item) => migratorOf(crate, item));
}

function migratorOf(crate: Crate, impl: Item): Migrator {
  const { span } = impl.node;
  const method = crate.methods(impl).filter((item) => item.name === "migrations");
  const others = crate.methods(impl).filter((item) => item.name !== "migrations");
  const [only] = method;
  if (!only || method.length > 1 || impl.presence === "maybe") {
    return { entries: [], untold: "The migrator has no one list of migrations", others, span };
  }
  const { value, reason } = methodValue(crate, only);
  if (value?.kind !== "list") {
    const why = value?.kind === "unknown" ? value.reason : reason;
    return { entries: [], untold: why ?? "The list is put together in a way that is not followed", others, span };
  }
  return { entries: value.items.map((item) => entryOf(crate, derefed(item), span)), untold: null, others, span };
}

/** What a method without arguments returns; null with the reason when that is unknown. */
export function methodValue(
  crate: Crate,
  method: Item,
): { readonly value: Value | null; readonly reason: string | null } {
  const machine = new Machine(crate, seaOrmLibrary({ identity: false, lastCounts: false }), () => null, RUST);
  const type = method.type ?? "";
  const self: Value = { kind: "struct", name: type, path: [type], fields: new Map(), node: method.node };
  const takesSelf = method.node.field("parameters")?.children.some((each) => each.type === "self_parameter");
  try {
    const value = derefed(settled(callItem(machine, method, [], takesSelf ? self : null, method.node)));
    machine.closePending();
    const [effect] = machine.sink.finish();
    if (effect) return { value: null, reason: effect.kind === "opaque" ? effect.reason : "It reaches the database" };
    return { value, reason: null };
  } catch (signal) {
    const refusal = refusalOf(signal, method.node);
    if (!refusal) throw signal;
    return { value: null, reason: refusal.reason };
  }
}

/** `Box::new(m20220101_000001_create_table::Migration)`. */
function entryOf(crate: Crate, value: Value, list: SourceSpan): MigratorEntry {
  const path = value.kind === "path" ? value.segments : value.kind === "struct" ? value.path : null;
  if (!path || (value.kind !== "path" && value.kind !== "struct")) {
    const text = "node" in value && value.node ? value.node.text.replace(/\s+/g, " ").slice(0, 80) : value.kind;
    return { text, struct: null, span: "node" in value && value.node ? value.node.span : list };
  }
  const found = crate.resolve("struct", path, value.node);
  return { text: path.join("::"), struct: found === "ambiguous" ? null : found, span: value.node.span };
}
