import type { IndexObject } from "../catalog/catalog.js";
import type { CatalogIndex } from "../catalog/lookup.js";
import { attributeStatements } from "../catalog/repair/attributes.js";
import { create } from "../catalog/repair/create.js";
import { indexRest } from "../catalog/repair/create-table.js";
import { identifier, qualified } from "../sql/quote.js";

/**
 * Takes an index out of its parent's, as the catalog before knows both. PostgreSQL detaches no index, so the parent's is dropped, which drops what
 * is attached to it, and all are built again, with the earlier ones attached. Null for an index that the catalog cannot make again.
 */
export function detachIndex(parent: IndexObject, part: IndexObject, before: CatalogIndex): readonly string[] | null {
  const { schema, table, name } = parent.id;
  const again = [parent, part].map((each) =>
    parent.attributes.constraint === null ? create(each, before) : constraintAgain(each, before),
  );
  if (again.some((each) => each === null)) return null;
  const drop =
    parent.attributes.constraint === null
      ? `DROP INDEX ${qualified(schema, name)}`
      : `ALTER TABLE ${qualified(schema, table ?? "")} DROP CONSTRAINT ${identifier(name)}`;
  return [drop, ...again.flatMap((each) => each ?? [])];
}

/** A constraint without those of the partitions, then theirs, attached. */
function constraintAgain(index: IndexObject, before: CatalogIndex): readonly string[] | null {
  const { schema, table, name } = index.id;
  const constraint = before.get("constraint", index.id);
  if (!constraint || constraint.definition === null) return null;
  const parts = before.attachedTo(index.id).map((each) => constraintAgain(each, before));
  if (parts.some((each) => each === null)) return null;
  return [
    `ALTER TABLE ONLY ${qualified(schema, table ?? "")} ADD CONSTRAINT ${identifier(name)} ${constraint.definition}`,
    ...indexRest(index),
    ...attributeStatements(constraint, before),
    ...parts.flatMap((each) => each ?? []),
  ];
}
