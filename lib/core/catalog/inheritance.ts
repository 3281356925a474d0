import type { CatalogObject, ConstraintObject, ObjectId } from "./catalog.js";
import type { CatalogIndex, TableRef } from "./lookup.js";
import { splitQualified } from "./sources/qualified-text.js";

/** The tables that give a table columns and constraints: the parents it inherits from, or the table whose partition it is. */
export function parentsOf({ schema, table }: ObjectId, catalog: CatalogIndex): TableRef[] {
  const attributes = catalog.table({ schema: schema ?? "", name: table ?? "" })?.attributes;
  if (attributes === undefined) return [];
  const parents = attributes.partitionOf ? [attributes.partitionOf.parent] : attributes.inherits;
  return parents.map((parent) => (parent.includes(".") ? splitQualified(parent) : { schema: "", name: parent }));
}

/** What a child or a partition has only from its parent goes where the parent's goes. */
export function goesWithParent(object: CatalogObject | undefined, with_: CatalogIndex, without: CatalogIndex): boolean {
  if (object?.kind === "index") return indexOfParentGone(object, with_, without);
  if (object?.kind !== "column" && object?.kind !== "constraint") return false;
  if (object.attributes.local !== false && object.attributes.ofParent !== true) return false;
  return parentsOf(object.id, with_).some((parent) => {
    if (object.kind === "column") {
      const { name } = object.id;
      return with_.column(parent, name) !== undefined && without.column(parent, name) === undefined;
    }
    const gone = (each: ConstraintObject) => without.get("constraint", each.id) === undefined;
    return with_.constraints(parent).some((each) => gone(each) && isSame(each, object));
  });
}

/** A CHECK keeps its name on the child, a key gets a different one. */
function isSame(parent: ConstraintObject, child: ConstraintObject): boolean {
  const [a, b] = [parent, child].map(({ attributes: { type, columns } }) => JSON.stringify([type, columns]));
  return parent.id.name === child.id.name || (child.attributes.ofParent === true && a === b);
}

function indexOfParentGone(index: CatalogObject, with_: CatalogIndex, without: CatalogIndex): boolean {
  const { attachedTo } = index.attributes;
  if (typeof attachedTo !== "string") return false;
  const { schema, name } = splitQualified(attachedTo);
  const parents = with_.indexesNamed(name).filter((each) => each.id.schema === schema);
  return parents.some((parent) => without.get("index", parent.id) === undefined);
}
