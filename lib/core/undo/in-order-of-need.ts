import type { CatalogObject } from "../catalog/catalog.js";
import { textsOf } from "../catalog/repair/uses.js";
import { identifier } from "../sql/quote.js";

/** Objects in an order in which they can be created: one whose definition names another comes after it. */
export function inOrderOfNeed(objects: readonly CatalogObject[]): readonly CatalogObject[] {
  const ordered = new Set<CatalogObject>();
  const visiting = new Set<CatalogObject>();
  const patterns = mentions(objects);
  const visit = (object: CatalogObject) => {
    if (visiting.has(object)) return;
    visiting.add(object);
    const text = textOf(object);
    for (const [other, pattern] of patterns) if (other !== object && pattern.test(text)) visit(other);
    ordered.add(object);
  };
  for (const object of objects) visit(object);
  return [...ordered];
}

/** The objects that others name, directly or through one of these. */
export function neededBy(
  others: readonly CatalogObject[],
  objects: readonly CatalogObject[],
): readonly CatalogObject[] {
  const needed = new Set<CatalogObject>();
  const patterns = mentions(objects);
  const visit = (text: string) => {
    for (const [object, pattern] of patterns) {
      if (needed.has(object) || !pattern.test(text)) continue;
      needed.add(object);
      visit(textOf(object));
    }
  };
  for (const other of others) visit(textOf(other));
  return [...needed];
}

/** How others name the objects. Nothing needs an object that is on a table, such as a trigger, which may have its function's name. */
function mentions(objects: readonly CatalogObject[]): ReadonlyMap<CatalogObject, RegExp> {
  return new Map(objects.filter(({ id }) => id.table === undefined).map((object) => [object, mention(object)]));
}

function textOf(object: CatalogObject): string {
  return textsOf(object, false).join("\n");
}

/** The server prints names with their schemas, each part quoted where necessary; some attributes hold them unquoted. */
function mention({ id }: CatalogObject): RegExp {
  const part = (name: string) => {
    const forms = [name, identifier(name)];
    return `(?:${[...new Set(forms)].map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|")})`;
  };
  const parts = [id.schema, id.name].flatMap((each) => (each === undefined ? [] : [part(each)]));
  return new RegExp(`(?<![\\w$".])${parts.join("\\.")}(?![\\w$])`);
}
