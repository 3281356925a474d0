import type { CatalogObject, ColumnObject } from "../catalog/catalog.js";
import type { CatalogIndex } from "../catalog/lookup.js";
import { drop } from "../catalog/repair/drop.js";
import { keyOf, Uses } from "../catalog/repair/uses.js";
import { names } from "../catalog/tables.js";
import { inOrderOfNeed } from "./in-order-of-need.js";

/** What depends on a type that is recreated. */
export interface Concerned {
  /** The type itself, and domains, composite types and ranges built from it, each after those that it is built from. */
  readonly types: readonly CatalogObject[];
  /** Columns of these types that hold values, in children as well. */
  readonly retyped: readonly ColumnObject[];
  /** Other columns whose default names one of the types. */
  readonly defaults: readonly ColumnObject[];
  /** Generated columns that have such a type, or are computed from such a value. */
  readonly generated: readonly ColumnObject[];
  /** Everything else that names one of the types or columns, and has no rows of its own. */
  readonly taken: readonly CatalogObject[];
}

export function concernedBy(type: CatalogObject, before: CatalogIndex): Concerned {
  const search = new Search(before);
  search.collect(type);
  for (const each of [...search.types]) search.note(each);
  const { types, retyped, defaults, generated, taken } = search;
  const goesAlong = ({ id }: CatalogObject) =>
    [...taken].some(
      ({ kind, id: view }) => kind.endsWith("view") && view.schema === id.schema && view.name === id.table,
    );
  return {
    types: inOrderOfNeed([...types]),
    retyped: [...retyped],
    defaults: [...defaults],
    generated: [...generated],
    taken: [...taken].filter((object) => !goesAlong(object)),
  };
}

class Search {
  readonly types = new Set<CatalogObject>();
  readonly retyped = new Set<ColumnObject>();
  readonly defaults = new Set<ColumnObject>();
  readonly generated = new Set<ColumnObject>();
  readonly taken = new Set<CatalogObject>();
  private readonly uses: Uses;
  private readonly known = new Set<string>();

  constructor(private readonly before: CatalogIndex) {
    this.uses = new Uses(before);
  }

  /** The types first: a column's type decides what happens to it. */
  collect(type: CatalogObject): void {
    if (this.types.has(type)) return;
    this.types.add(type);
    for (const user of this.uses.users(type, true)) if (isType(user)) this.collect(user);
  }

  /** Records an object that changes or goes, with what uses it. */
  note(object: CatalogObject): void {
    if (this.known.has(keyOf(object))) return;
    this.known.add(keyOf(object));
    if (object.kind === "column") this.place(object);
    else if (!isType(object)) this.taken.add(object);
    // Setting a default again changes nothing about its column.
    if (object.kind === "column" && this.defaults.has(object)) return;
    for (const user of this.uses.users(object, true)) if (this.isConcerned(user, object)) this.note(user);
  }

  private place(column: ColumnObject): void {
    if (column.attributes.generated !== "") this.generated.add(column);
    else if (this.isOfThem(column)) this.retyped.add(column);
    else this.defaults.add(column);
  }

  private isOfThem({ attributes }: ColumnObject): boolean {
    const type = attributes.type.replace(/(\[\])+$/, "");
    return [...this.types].some(({ id }) => names(type, { schema: id.schema ?? "", name: id.name }));
  }

  private isConcerned(user: CatalogObject, used: CatalogObject): boolean {
    if (user.kind === "column") return this.isColumnConcerned(user, used);
    if (user.kind === "table" || user.kind === "schema" || user.kind === "extension" || user.kind === "sequence")
      return false;
    if (user.kind === "publication" || user.kind === "default privileges") return false;
    // With the table, the column or the parent that it is on.
    if (user.kind === "constraint" && user.attributes.type === "n") return false;
    if ((user.kind === "constraint" || user.kind === "index") && drop(user) === null) return false;
    if (user.kind === "index" && user.attributes.constraint !== null) return false;
    // The server itself rebuilds what is on the column.
    if (used.kind === "column" && this.retyped.has(used)) return !isBuiltAgain(user);
    return true;
  }

  private isColumnConcerned(column: ColumnObject, used: CatalogObject): boolean {
    if (this.before.table({ schema: column.id.schema ?? "", name: column.id.table ?? "" }) === undefined) return false;
    if (used.kind === "column") return column.attributes.generated !== "";
    return column.attributes.generated === "" || column.attributes.local !== false;
  }
}

function isType({ kind }: CatalogObject): boolean {
  return kind === "type" || kind === "domain";
}

function isBuiltAgain(object: CatalogObject): boolean {
  if (object.kind === "constraint") return object.attributes.type !== "f";
  return object.kind === "index" || object.kind === "statistics";
}
