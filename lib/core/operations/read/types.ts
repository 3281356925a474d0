import type { AlterDomainStmt, AlterEnumStmt, Node } from "libpg-query";
import { deparse } from "../../sql/deparse.js";
import type { AlterDomain } from "../kinds/alter-domain.js";
import { constraintSpec } from "./constraint.js";
import { dottedName } from "./names.js";
import { type Draft, NotUnderstood } from "./reader.js";

export function readAlterEnum(tree: AlterEnumStmt): readonly Draft[] {
  const type = dottedName(tree.typeName);
  const value = tree.newVal ?? "";
  if (tree.oldVal !== undefined) return [{ kind: "rename-enum-value", type, value: tree.oldVal, to: value }];
  const neighbour = tree.newValNeighbor;
  const place = tree.newValIsAfter ? "after" : "before";
  const position = neighbour === undefined ? null : ({ place, neighbour } as const);
  return [{ kind: "add-enum-value", type, value, position, ifNotExists: tree.skipIfNewValExists ?? false }];
}

const DOMAIN: Readonly<Record<string, AlterDomain["change"]>> = {
  T: "set default",
  N: "drop not null",
  O: "set not null",
  C: "add constraint",
  X: "drop constraint",
  V: "validate constraint",
};

export function readAlterDomain(tree: AlterDomainStmt): readonly Draft[] {
  const change = DOMAIN[tree.subtype ?? ""];
  if (!change) throw new NotUnderstood("the effect of this form of ALTER DOMAIN is not known");
  const domain = dottedName(tree.typeName);
  const none = {
    kind: "alter-domain",
    domain,
    change,
    constraint: tree.name ?? null,
    check: null,
    default: null,
  } as const;
  if (change === "add constraint") return [addedConstraint(none, tree.def)];
  if (change === "set default") return [{ ...none, default: tree.def ? deparse(tree.def) : null }];
  return [none];
}

function addedConstraint(none: Omit<AlterDomain, "statement" | "transactionality">, node: Node | undefined): Draft {
  if (!node || !("Constraint" in node)) throw new NotUnderstood("ADD without a constraint");
  const spec = constraintSpec(node.Constraint, "VALUE");
  if (spec.type === "not null") return { ...none, change: "set not null", constraint: spec.name };
  if (spec.type !== "check") throw new NotUnderstood(`a ${spec.type} constraint on a domain`);
  return { ...none, constraint: spec.name, check: spec };
}
