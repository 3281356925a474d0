import { CANONICAL_VERSION, type Catalog, type CatalogObject, type ObjectId, type ObjectKind } from "./catalog.js";
import { objectKey } from "./lookup.js";
import { SOURCES } from "./sources/all.js";
import { CatalogFormatError, Fields } from "./sources/fields.js";
import { parseRecords } from "./sources/record.js";
import type { Amendment, Assembly, Scope } from "./sources/source.js";

/** One row of the answer to `catalogQuery`. */
export interface CatalogRow {
  readonly tag: string;
  readonly body: string | null;
}

/** The answer to `catalogQuery` as a catalog. Throws `CatalogFormatError` or `SyntaxError` when it is not one. */
export function assembleCatalog(rows: readonly CatalogRow[], scope: Scope, serverVersion: number): Catalog {
  const bodies = new Map(rows.map((row) => [row.tag, row.body]));
  const builder = new Builder();
  for (const source of SOURCES) {
    const selection = source.select(scope);
    if (selection === null) continue;
    const body = bodies.get(source.tag);
    if (body === undefined) throw new CatalogFormatError(`the server's answer lacks the part ${source.tag}`);
    const names = Object.keys(selection.fields);
    for (const record of parseRecords(body ?? "")) {
      if (record.length !== names.length) throw new CatalogFormatError(`a row of ${source.tag} has the wrong width`);
      source.read(new Fields(names, record), builder, scope);
    }
  }
  return builder.catalog(serverVersion);
}

class Builder implements Assembly {
  private readonly objects = new Map<string, CatalogObject>();
  private readonly hidden = new Set<string>();
  private owner: string | null = null;

  home(owner: string): void {
    this.owner = owner;
  }

  readonly role = (name: string): string => (name === this.owner ? "$owner" : name);

  add(object: CatalogObject): void {
    const key = objectKey(object.kind, object.id);
    if (this.objects.has(key)) throw new CatalogFormatError(`the server named ${key} twice`);
    this.objects.set(key, object);
  }

  amend(kind: ObjectKind, id: ObjectId, attributes: Readonly<Record<string, Amendment>>): boolean {
    const key = objectKey(kind, id);
    const object = this.objects.get(key);
    if (object === undefined) return false;
    this.objects.set(key, { ...object, attributes: { ...object.attributes, ...attributes } } as CatalogObject);
    return true;
  }

  unseen(what: string): void {
    this.hidden.add(what);
  }

  catalog(serverVersion: number): Catalog {
    const sorted = [...this.objects].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      canonical: CANONICAL_VERSION,
      serverVersion,
      objects: sorted.map(([, object]) => object),
      unseen: [...this.hidden].sort(),
    };
  }
}
