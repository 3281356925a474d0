import { identifier } from "../../sql/quote.js";
import type { CatalogObject } from "../catalog.js";
import { tableName, targetOf } from "./target.js";

/** Drops what is not declared; never with CASCADE. Null for what has no DROP, and for what goes with something else. */
export function drop(object: CatalogObject): string[] | null {
  if (object.kind === "column" || object.kind === "constraint") {
    if (object.attributes.local === false || object.attributes.ofParent === true) return null;
    return [`ALTER TABLE ${tableName(object)} DROP ${object.kind.toUpperCase()} ${identifier(object.id.name)}`];
  }
  // An identity column takes its sequence along.
  if (object.kind === "sequence" && object.attributes.identity === true) return [];
  // It may hold a replication slot on another server.
  if (object.kind === "subscription") return null;
  const target = targetOf(object);
  return target ? [`DROP ${target.keyword} ${target.name}`] : null;
}
