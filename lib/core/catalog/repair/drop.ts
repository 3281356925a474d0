import { identifier } from "../../sql/quote.js";
import type { CatalogObject } from "../catalog.js";
import { tableName, targetOf } from "./target.js";

/**
 * Drops what is not declared; never with CASCADE. Null for what has no DROP, and for what goes with something else. `ifExists` is for what is
 * recreated right away and may have gone with something else.
 */
export function drop(object: CatalogObject, ifExists = false): string[] | null {
  const exists = ifExists ? "IF EXISTS " : "";
  if (object.kind === "column" || object.kind === "constraint") {
    if (object.attributes.local === false || object.attributes.ofParent === true) return null;
    return [
      `ALTER TABLE ${tableName(object)} DROP ${object.kind.toUpperCase()} ${exists}${identifier(object.id.name)}`,
    ];
  }
  if (object.kind === "index" && object.attributes.ofParent === true) return null;
  // An identity column takes its sequence with it.
  if (object.kind === "sequence" && object.attributes.identity === true) return [];
  // It may hold a replication slot on another server.
  if (object.kind === "subscription") return null;
  const target = targetOf(object);
  return target ? [`DROP ${target.keyword} ${exists}${target.name}`] : null;
}
