import { TENANT_SCHEMA } from "../../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import type { QualifiedName } from "../../contract/contract.js";
import { initialTables } from "./initial-state.js";
import type { Doubt, TableState } from "./table-state.js";

/**
 * What the tables of a tenant will be at one moment of a release: the rows now, seen through the statements before that
 * moment. Immutable: each change makes a new one.
 */
export class ReleaseState {
  private constructor(
    /** The tenant's schema before the release. */
    readonly catalog: CatalogIndex,
    private readonly tables: ReadonlyMap<string, TableState>,
    /** Names of indexes and other relations by schema, those of the release included. */
    private readonly relations: ReadonlySet<string>,
    /** How many stages were made, so that the next has a name of its own. */
    readonly stages: number,
    /** Types that the release makes, by unqualified name; with the labels of an enum. */
    private readonly types: ReadonlyMap<string, readonly string[] | null>,
    /** What the release drops, as `schema.name` in quotes. */
    readonly gone: readonly string[],
  ) {}

  static initial(catalog: CatalogIndex): ReleaseState {
    const tables = new Map(initialTables(catalog).map((table) => [keyOf(table.name), table]));
    const kinds = new Set(["table", "index", "view", "materialized view", "sequence"]);
    const relations = catalog.catalog.objects.flatMap(({ kind, id }) =>
      kinds.has(kind) ? [keyOf({ schema: id.schema ?? "", name: id.name })] : [],
    );
    return new ReleaseState(catalog, tables, new Set(relations), 0, new Map(), []);
  }

  /** The table that a name means at this moment; undefined when there is none. */
  table(name: QualifiedName): TableState | undefined {
    if (name.schema !== null) return this.tables.get(keyOf({ schema: name.schema, name: name.name }));
    for (const schema of [TENANT_SCHEMA, "public"]) {
      const found = this.tables.get(keyOf({ schema, name: name.name }));
      if (found) return found;
    }
    const elsewhere = [...this.tables.values()].filter((table) => table.name.name === name.name);
    return elsewhere.length === 1 ? elsewhere[0] : undefined;
  }

  all(): readonly TableState[] {
    return [...this.tables.values()];
  }

  /** Whether a table, index, view or sequence has the name, so that IF NOT EXISTS does nothing. */
  hasRelation(ref: TableRef): boolean {
    return this.relations.has(keyOf(ref));
  }

  with(...changed: readonly TableState[]): ReleaseState {
    const tables = new Map(this.tables);
    for (const table of changed) tables.set(keyOf(table.name), table);
    const relations = changed.map((table) => keyOf(table.name)).filter((key) => !this.relations.has(key));
    const known = relations.length === 0 ? this.relations : new Set([...this.relations, ...relations]);
    return new ReleaseState(this.catalog, tables, known, this.stages, this.types, this.gone);
  }

  without(ref: TableRef): ReleaseState {
    const tables = new Map(this.tables);
    tables.delete(keyOf(ref));
    const relations = new Set(this.relations);
    relations.delete(keyOf(ref));
    return new ReleaseState(this.catalog, tables, relations, this.stages, this.types, this.gone);
  }

  withRelation(ref: TableRef): ReleaseState {
    return new ReleaseState(
      this.catalog,
      this.tables,
      new Set([...this.relations, keyOf(ref)]),
      this.stages,
      this.types,
      this.gone,
    );
  }

  withoutRelation(ref: TableRef): ReleaseState {
    const relations = new Set(this.relations);
    relations.delete(keyOf(ref));
    return new ReleaseState(this.catalog, this.tables, relations, this.stages, this.types, this.gone);
  }

  withStage(): ReleaseState {
    return new ReleaseState(this.catalog, this.tables, this.relations, this.stages + 1, this.types, this.gone);
  }

  withType(name: string, labels: readonly string[] | null): ReleaseState {
    const types = new Map([...this.types, [name, labels]]);
    return new ReleaseState(this.catalog, this.tables, this.relations, this.stages, types, this.gone);
  }

  withGone(name: string): ReleaseState {
    return new ReleaseState(this.catalog, this.tables, this.relations, this.stages, this.types, [...this.gone, name]);
  }

  /** Labels of an enum that the release makes; null for another type of its own, undefined for a type that is there. */
  madeType(type: string): readonly string[] | null | undefined {
    return this.types.get(baseName(type));
  }

  /** A type that values can be cast to now: one that the release makes does not exist yet. */
  typeNow(type: string): string {
    return this.madeType(type) === undefined ? type : "text";
  }

  /** The same with a doubt about some tables, or about every one. */
  doubting(doubt: Doubt, which: (table: TableState) => boolean = () => true): ReleaseState {
    const touched = this.all().filter(which);
    return this.with(...touched.map((table) => ({ ...table, doubts: [...table.doubts, doubt], sameRows: false })));
  }
}

/** `mood` of `"app".mood[]`. */
function baseName(type: string): string {
  return (
    type
      .replace(/(\[\d*\])+$/, "")
      .replace(/\(.*\)$/, "")
      .replaceAll('"', "")
      .split(".")
      .at(-1) ?? type
  );
}

function keyOf(ref: TableRef): string {
  return JSON.stringify([ref.schema, ref.name]);
}
