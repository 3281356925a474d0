import { qualified } from "../../sql/quote.js";
import type { IndexObject } from "../catalog.js";
import type { CatalogIndex } from "../lookup.js";
import { create } from "./create.js";
import type { Repairable } from "./plan.js";

/**
 * An index of a partitioned table is valid once each partition has a valid one attached to it; PostgreSQL only checks when one is attached. So what
 * is missing is attached; where an attached one is invalid, the whole index is created again.
 */
export function withPartitionedIndexes<D extends Repairable>(
  differences: readonly D[],
  actual: CatalogIndex,
  declared: CatalogIndex,
): readonly D[] {
  const repairs = new Map<D, string>();
  for (const difference of differences) {
    const should = declared.get("index", difference.id);
    if (difference.kind !== "index" || difference.change !== "changed" || !should) continue;
    if (!["valid", "ready"].includes(difference.attribute ?? "") || difference.repair === null) continue;
    const parts = partsOf(should, declared);
    if (parts.length === 0) continue;
    const within = differences.filter((each) => each.kind === "index" && parts.some(({ id }) => isSame(id, each.id)));
    const broken = parts.some(({ id }) => isBroken(actual.get("index", id)));
    if (!broken && within.length > 0) {
      repairs.set(difference, "");
      continue;
    }
    const whole = should.attributes.constraint === null ? madeAgain(should, parts, actual, declared) : null;
    if (whole === null) continue;
    repairs.set(difference, whole);
    for (const each of within) repairs.set(each, "");
  }
  return differences.map((each) => ({ ...each, repair: repairs.get(each) ?? each.repair }));
}

function partsOf(index: IndexObject, catalog: CatalogIndex): readonly IndexObject[] {
  return catalog.attachedTo(index.id).flatMap((part) => [part, ...partsOf(part, catalog)]);
}

function isBroken(part: IndexObject | undefined): boolean {
  return part !== undefined && part.attributes.valid === false && typeof part.attributes.attachedTo === "string";
}

/** What is attached goes with the parent; what is not attached but has the name of a part is dropped separately. */
function madeAgain(
  should: IndexObject,
  parts: readonly IndexObject[],
  actual: CatalogIndex,
  declared: CatalogIndex,
): string | null {
  const made = create(should, declared);
  if (made === null) return null;
  const alone = parts.filter(({ id }) => actual.get("index", id)?.attributes.attachedTo === null);
  const statements = [should, ...alone].map(({ id }) => `DROP INDEX ${qualified(id.schema, id.name)}`);
  return [...statements, ...made].map((each) => `${each};`).join("\n");
}

function isSame(a: { schema?: string; name: string }, b: { schema?: string; name: string }): boolean {
  return a.schema === b.schema && a.name === b.name;
}
