import type { TableName } from "../../sql/render.js";
import type { Machine } from "../evaluate/machine.js";
import type { Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { entityColumn, entityTable } from "./entity-names.js";
import { idenName } from "./iden.js";

/** The database name that a value means. Throws `NotLowered` when the files do not say. */
export function nameOf(machine: Machine, value: Value | undefined): string {
  const name = value ? knownName(machine, value) : null;
  if (name === null) throw new NotLowered(`The name that ${describe(value)} stands for is not among the files`);
  return name;
}

function knownName(machine: Machine, value: Value): string | null {
  if (value.kind === "text") return value.text;
  if (value.kind === "path") {
    const { segments, node } = value;
    return (
      idenName(machine, segments, node) ??
      entityTable(machine.crate, segments, node) ??
      entityColumn(machine.crate, segments, node)
    );
  }
  if (value.kind === "struct") return idenName(machine, value.path, value.node);
  if (value.kind !== "term" || value.calls.length > 0) return null;
  const head = value.head.slice(-2).join("::");
  const [first] = value.args;
  if (/^(Alias::new|DynIden::new|Name::new|Expr::col)$/.test(head) && first) return knownName(machine, first);
  if (/::into_iden$/.test(head) && first) return knownName(machine, first);
  return null;
}

export function describe(value: Value | undefined): string {
  if (!value) return "a missing argument";
  if (value.kind === "path") return value.segments.join("::");
  return "node" in value && value.node ? value.node.text.replace(/\s+/g, " ").slice(0, 60) : value.kind;
}

/** A table, or a table in a schema when a pair is given. */
export function tableOf(machine: Machine, value: Value | undefined): TableName {
  if (value?.kind === "list") {
    const names = value.items.map((item) => nameOf(machine, item));
    const [schema, name] = names;
    if (names.length === 2 && schema !== undefined && name !== undefined) return { schema, name };
  }
  return { schema: null, name: nameOf(machine, value) };
}

/** One name, or several when a tuple or a list is given. */
export function namesOf(machine: Machine, value: Value | undefined): readonly string[] {
  return value?.kind === "list" ? value.items.map((item) => nameOf(machine, item)) : [nameOf(machine, value)];
}
