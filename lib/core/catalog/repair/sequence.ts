import { qualified } from "../../sql/quote.js";
import type { CatalogObject } from "../catalog.js";

/** Sets all parameters of a sequence; its value stays. */
export function alterSequence(object: CatalogObject): string[] {
  const { type, increment, min, max, start, cache, cycle, ownedBy, identity } = object.attributes;
  const owner = identity === true ? "" : ` OWNED BY ${ownedBy ?? "NONE"}`;
  return [
    `ALTER SEQUENCE ${qualified(object.id.schema, object.id.name)} AS ${type} INCREMENT BY ${increment} MINVALUE ${min} MAXVALUE ${max} START WITH ${start} CACHE ${cache} ${cycle === true ? "CYCLE" : "NO CYCLE"}${owner}`,
  ];
}
