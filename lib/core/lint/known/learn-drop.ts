import type { DropStmt, Node } from "libpg-query";
import { as, listItems, strings } from "../../sql/tree.js";
import type { LintStatement } from "../lint-statement.js";
import type { DependentKind } from "./dependents.js";
import { partsKey } from "./key.js";
import type { Known } from "./known.js";
import { forgetForeignKeys } from "./learn-alter-table.js";

export function learnDrop(known: Known, statement: LintStatement): void {
  const drop = as(statement.node, "DropStmt");
  if (!drop) return;
  for (const object of drop.objects ?? []) {
    if (RELATIONS.has(drop.removeType ?? "")) dropRelation(known, drop, partsKey(strings(listItems(object))));
    else dropOther(known, drop, object);
  }
}

const RELATIONS: ReadonlySet<string> = new Set([
  "OBJECT_TABLE",
  "OBJECT_VIEW",
  "OBJECT_MATVIEW",
  "OBJECT_FOREIGN_TABLE",
]);

function dropRelation(known: Known, drop: DropStmt, key: string): void {
  if (drop.removeType !== "OBJECT_VIEW") forgetTable(known, key);
  if (drop.behavior === "DROP_CASCADE") {
    known.dependents.cascade(key);
    forgetForeignKeys(known, key);
    for (const { kind, key: gone } of [...known.tables.values()])
      if (kind === "materialized view" && !known.dependents.get(kind, gone)) forgetTable(known, gone);
  }
  known.dependents.goWith(key);
  known.dependents.drop("view", key);
  known.dependents.drop("materialized view", key);
}

const DEPENDENTS: Readonly<Record<string, DependentKind>> = {
  OBJECT_POLICY: "policy",
  OBJECT_TRIGGER: "trigger",
  OBJECT_RULE: "rule",
};

function dropOther(known: Known, drop: DropStmt, object: Node): void {
  const parts = strings(listItems(object));
  const kind = DEPENDENTS[drop.removeType ?? ""];
  const on = partsKey(parts.slice(0, -1));
  if (kind) known.dependents.drop(kind, parts.at(-1) ?? "", on);
  if (kind === "policy") {
    const table = known.tables.get(on);
    if (table) table.policies = Math.max(0, table.policies - 1);
  }
  if (drop.removeType === "OBJECT_INDEX") known.indexes.delete(partsKey(parts));
  if (drop.removeType === "OBJECT_TYPE" || drop.removeType === "OBJECT_DOMAIN") {
    known.types.delete(partsKey(strings(as(object, "TypeName")?.names)));
  }
  if (/^OBJECT_(FUNCTION|PROCEDURE|ROUTINE)$/.test(drop.removeType ?? "")) {
    forgetFunctions(known, strings(as(object, "ObjectWithArgs")?.objname));
  }
  if (drop.removeType === "OBJECT_PUBLICATION") {
    known.dependents.dropNamed("publication", as(object, "String")?.sval ?? "");
  }
  // What depends on a type, a function or a whole schema is not tracked.
  if (drop.behavior === "DROP_CASCADE") unfollowed(known, drop);
}

function unfollowed(known: Known, drop: DropStmt): void {
  if (DEPENDENTS[drop.removeType ?? ""] || drop.removeType === "OBJECT_INDEX") return;
  known.dependents.clear();
  known.certain = false;
}

/** Every overload of a name. */
export function forgetFunctions(known: Known, parts: readonly string[]): void {
  const name = partsKey(parts);
  for (const key of [...known.overloads.keys()]) if (key.split("(")[0] === name) known.overloads.delete(key);
  known.dependents.dropNamed("function", name);
}

function forgetTable(known: Known, key: string): void {
  const partitionOf = known.tables.get(key)?.partitionOf;
  if (partitionOf) known.tables.get(partitionOf)?.partitions.delete(key);
  known.tables.delete(key);
  for (const name of [...known.indexes.ofTable(key).keys()]) known.indexes.delete(name);
}
