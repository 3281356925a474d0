import { canonicalObject } from "./canonical-object.js";
import { CANONICAL_VERSION, type Catalog, type CatalogObject, type ObjectId, type ObjectKind } from "./catalog.js";
import { objectKey, type TableRef } from "./lookup.js";
import { placeTenant, type SourceRows } from "./place-tenant.js";
import { CENSUS } from "./query.js";
import { SOURCES } from "./sources/all.js";
import { CatalogFormatError, Fields } from "./sources/fields.js";
import { parseRecords } from "./sources/record.js";
import type { Amendment, Assembly, ColumnName, Scope } from "./sources/source.js";

/** One row of the answer to `catalogQuery`. */
export interface CatalogRow {
  readonly tag: string;
  readonly body: string | null;
}

/**
 * Splits the answer to `catalogQuery`. Throws `CatalogFormatError` or `SyntaxError` when it is not such an answer, and when the tenant's schema does
 * not exist.
 */
export function parseRows(rows: readonly CatalogRow[], scope: Scope): SourceRows[] {
  const bodies = new Map(rows.map((row) => [row.tag, row.body]));
  if (bodies.get("home") === null)
    throw new CatalogFormatError(`the database has no schema named ${scope.tenantSchema ?? ""}`);
  const empty = emptySources(rows);
  const parsed: SourceRows[] = [];
  for (const source of SOURCES) {
    const selection = source.select(scope);
    if (selection === null || empty.has(source.tag)) continue;
    const body = bodies.get(source.tag);
    if (body === undefined) throw new CatalogFormatError(`the server's answer lacks the part ${source.tag}`);
    const width = Object.keys(selection.fields).length;
    const records = parseRecords(body ?? "");
    if (records.some((record) => record.length !== width))
      throw new CatalogFormatError(`a row of ${source.tag} has the wrong width`);
    parsed.push({ tag: source.tag, records });
  }
  return scope.tenantSchema === null ? parsed : placeTenant(parsed, scope, scope.tenantSchema);
}

/** The catalog that these rows describe. */
export function assembleCatalog(parsed: readonly SourceRows[], scope: Scope, serverVersion: number): Catalog {
  const builder = new Builder();
  const byTag = new Map(parsed.map((rows) => [rows.tag, rows.records]));
  for (const source of SOURCES) {
    const names = Object.keys(source.select(scope)?.fields ?? {});
    for (const record of byTag.get(source.tag) ?? []) source.read(new Fields(names, record), builder, scope);
  }
  if (scope.tenantSchema !== null)
    builder.unseen("what belongs to the shared database, such as casts, event triggers, publications and settings");
  return builder.catalog(serverVersion);
}

/** The rare sources that were not asked for, because the census found nothing in them. */
function emptySources(rows: readonly CatalogRow[]): ReadonlySet<string> {
  const asked = new Set(rows.map((row) => row.tag));
  if (!asked.has(CENSUS)) return new Set();
  if (unaskedSources(rows).length > 0) throw new CatalogFormatError("the server has objects that were not asked for");
  return new Set(SOURCES.filter((source) => source.rare && !asked.has(source.tag)).map((source) => source.tag));
}

/** Rare sources that have rows but were not asked for: the catalog is incomplete without them. */
export function unaskedSources(rows: readonly CatalogRow[]): readonly string[] {
  const census = rows.find((row) => row.tag === CENSUS)?.body ?? "";
  const found = census === "" ? [] : census.split(",").map(Number);
  const rare = SOURCES.flatMap(({ tag, rare }) => (rare === undefined ? [] : [{ tag, catalogs: rare.catalogs }]));
  const asked = new Set(rows.map((row) => row.tag));
  return found.flatMap((catalog) => {
    const sources = rare.filter((each) => each.catalogs.includes(catalog));
    if (sources.length === 0)
      throw new CatalogFormatError(`the server has objects of a kind that is not known (${catalog})`);
    return sources.filter((each) => !asked.has(each.tag)).map((each) => each.tag);
  });
}

class Builder implements Assembly {
  private readonly objects = new Map<string, CatalogObject>();
  private readonly hidden = new Set<string>();
  private readonly names = new Map<string, ObjectId[]>();
  private readonly columns = new Map<string, ColumnName>();
  private readonly carriers = new Set<string>();
  private owner: string | null = null;

  home(owner: string): void {
    this.owner = owner;
  }

  readonly role = (name: string): string => (name === this.owner ? "$owner" : name);

  add(object: CatalogObject): void {
    const key = objectKey(object.kind, object.id);
    if (this.objects.has(key)) throw new CatalogFormatError(`the server named ${key} twice`);
    this.objects.set(key, canonicalObject(object));
    const named = this.names.get(nameKey(object.kind, object.id));
    if (named) named.push(object.id);
    else this.names.set(nameKey(object.kind, object.id), [object.id]);
  }

  amend(kind: ObjectKind, id: ObjectId, attributes: Readonly<Record<string, Amendment>>): boolean {
    const key = objectKey(kind, id);
    const object = this.objects.get(key);
    if (object === undefined) return false;
    this.objects.set(key, { ...object, attributes: { ...object.attributes, ...attributes } } as CatalogObject);
    return true;
  }

  amendNamed(kind: ObjectKind, id: ObjectId, attributes: Readonly<Record<string, Amendment>>): boolean {
    const named = this.names.get(nameKey(kind, id)) ?? [];
    const [only] = named;
    return only !== undefined && named.length === 1 && this.amend(kind, only, attributes);
  }

  number(table: TableRef, number: string, column: ColumnName): void {
    this.columns.set(key(table, number), column);
  }

  columnName(table: TableRef, number: string): ColumnName | null {
    return this.columns.get(key(table, number)) ?? null;
  }

  carry(table: TableRef, index: string): void {
    this.carriers.add(key(table, index));
  }

  carries(table: TableRef, index: string): boolean {
    return this.carriers.has(key(table, index));
  }

  unseen(what: string): void {
    this.hidden.add(what);
  }

  catalog(serverVersion: number): Catalog {
    const sorted = [...this.objects].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      canonical: CANONICAL_VERSION,
      serverVersion,
      objects: rankColumns(sorted.map(([, object]) => object)),
      unseen: [...this.hidden].sort(),
    };
  }
}

function nameKey(kind: ObjectKind, id: ObjectId): string {
  return JSON.stringify([kind, id.schema ?? null, id.name]);
}

function key(table: TableRef, name: string): string {
  return JSON.stringify([table.schema, table.name, name]);
}

/** Turns column numbers, with their gaps from dropped columns, into ranks without gaps. */
function rankColumns(objects: readonly CatalogObject[]): CatalogObject[] {
  const numbers = new Map<string, number[]>();
  const tableKey = (id: ObjectId) => JSON.stringify([id.schema, id.table]);
  for (const object of objects) {
    if (object.kind !== "column") continue;
    const list = numbers.get(tableKey(object.id));
    if (list) list.push(object.position);
    else numbers.set(tableKey(object.id), [object.position]);
  }
  const ranks = new Map<string, Map<number, number>>();
  for (const [table, list] of numbers)
    ranks.set(table, new Map(list.sort((a, b) => a - b).map((number, index) => [number, index + 1])));
  return objects.map((object) => {
    if (object.kind !== "column") return object;
    return { ...object, position: ranks.get(tableKey(object.id))?.get(object.position) ?? object.position };
  });
}
