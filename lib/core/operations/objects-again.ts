import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex } from "../catalog/lookup.js";
import { create } from "../catalog/repair/create.js";
import type { DropObject } from "./drop-object.js";
import { inOrderOfNeed } from "./in-order-of-need.js";
import { impossible, notThere } from "./inverses.js";
import { keepSequences } from "./keep/keep-sequences.js";
import { catalogKind } from "./object-name.js";
import type { Inverse, Kept } from "./operation.js";
import { createSequence, ownedAgain } from "./owned-sequences.js";
import { findObject } from "./recreate.js";
import { homeSchema, resolveTable } from "./resolve.js";

/** Undoes DROP of objects that hold no rows, and of `others` that went along; what others need is made first. */
export function objectsAgain(
  operations: readonly DropObject[],
  before: CatalogIndex,
  others: readonly CatalogObject[] = [],
): Inverse {
  const found: CatalogObject[] = [];
  for (const operation of operations) {
    const object = droppedObject(operation, before);
    if (object) found.push(object);
    else if (!operation.ifExists) return notThere(operation.objectKind, operation.name.name);
  }
  const statements: string[] = [];
  const keep: Kept[] = [];
  for (const object of inOrderOfNeed([...new Set([...found, ...others])])) {
    const [operation] = operations;
    if (object.kind === "sequence" && operation) {
      const kept = keepSequences(operation.statement, [object]);
      statements.push(createSequence(object), ...ownedAgain(object), ...kept.restore);
      keep.push(...kept.keep);
      continue;
    }
    const made = create(object, before);
    if (made === null) return impossible(`how the ${object.kind} was made is read from the difference of the catalogs`);
    statements.push(...made);
  }
  return keep.length === 0 ? { class: "exact", statements } : { class: "lossy", statements, losses: [], keep };
}

function droppedObject(operation: DropObject, before: CatalogIndex): CatalogObject | undefined {
  const on = operation.table && resolveTable(operation.table, before);
  const schema = on?.schema ?? operation.name.schema;
  const kind = catalogKind(operation.objectKind);
  const { name } = operation.name;
  const candidates = on ? before.catalog.objects.filter(({ id }) => id.table === on.name) : null;
  const within = candidates?.find(
    (object) => object.kind === kind && object.id.name === name && object.id.schema === schema,
  );
  return (
    within ??
    findObject(before, kind, { schema, name }, operation.signature) ??
    findObject(before, kind, { schema: schema ?? homeSchema(before), name }, operation.signature)
  );
}
