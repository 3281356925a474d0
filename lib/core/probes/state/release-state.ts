import { TENANT_SCHEMA } from "../../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { OWN_SCHEMA } from "../../catalog/own-schema.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { initialTables } from "./initial-state.js";
import type { TableState, Uncertainty } from "./table-state.js";

interface Contents {
  /** The tenant's schema before the release. */
  readonly catalog: CatalogIndex;
  readonly tables: ReadonlyMap<string, TableState>;
  /** Names of indexes and other relations by schema, including the release's. */
  readonly relations: ReadonlySet<string>;
  /** Number of stages so far, so that the next one has a name of its own. */
  readonly stages: number;
  /** Types that the release creates, by unqualified name; with an enum's labels. */
  readonly types: ReadonlyMap<string, readonly string[] | null>;
  /** Domains that the release alters, by unqualified name. */
  readonly altered: ReadonlySet<string>;
  readonly gone: readonly Gone[];
  /** The tenant's names for views, types, sequences and the like that the release has renamed; null for an object that it created under that name. */
  readonly objects: ReadonlyMap<string, TableRef | null>;
}

/** Something of the tenant's that the release drops, or that no longer needs what it needed. */
export interface Gone {
  /** As `CatalogAddress` has it. */
  readonly sql: string;
  /** `alone`: only the object; what is on it stays. `auto`: its parts go with it. `cascade`: so does everything that needs it. */
  readonly reach: "alone" | "auto" | "cascade";
}

/**
 * What a tenant's tables will be at one moment of a release: the present rows, seen through the statements before that moment. Immutable: each change
 * creates a new one.
 */
export class ReleaseState {
  private constructor(private readonly contents: Contents) {}

  static initial(catalog: CatalogIndex): ReleaseState {
    const tables = new Map(initialTables(catalog).map((table) => [keyOf(table.name), table]));
    const kinds = new Set(["table", "index", "view", "materialized view", "sequence"]);
    const relations = catalog.catalog.objects.flatMap(({ kind, id }) =>
      kinds.has(kind) ? [keyOf({ schema: id.schema ?? "", name: id.name })] : [],
    );
    return new ReleaseState({
      ...{ catalog, tables, relations: new Set(relations) },
      ...{ stages: 0, types: new Map(), altered: new Set(), gone: [], objects: new Map() },
    });
  }

  /** The tenant's schema before the release. */
  get catalog(): CatalogIndex {
    return this.contents.catalog;
  }

  /** Number of stages so far. */
  get stages(): number {
    return this.contents.stages;
  }

  /** What the release drops or frees. */
  get gone(): readonly Gone[] {
    return this.contents.gone;
  }

  /** The table that a name means at this moment; undefined when there is none. */
  table(name: QualifiedName): TableState | undefined {
    const { tables } = this.contents;
    if (name.schema !== null) return tables.get(keyOf({ schema: name.schema, name: name.name }));
    for (const schema of [TENANT_SCHEMA, "public"]) {
      const found = tables.get(keyOf({ schema, name: name.name }));
      if (found) return found;
    }
    const elsewhere = [...tables.values()].filter((table) => table.name.name === name.name);
    return elsewhere.length === 1 ? elsewhere[0] : undefined;
  }

  all(): readonly TableState[] {
    return [...this.contents.tables.values()];
  }

  /** Whether a table, index, view or sequence has the name, so that IF NOT EXISTS does nothing. */
  hasRelation(ref: TableRef): boolean {
    return this.contents.relations.has(keyOf(ref));
  }

  /** A copy of kept rows that a way back reads, as long as nothing before this moment has written to it. */
  isCopy(name: QualifiedName): name is TableRef {
    const { schema } = name;
    return schema === OWN_SCHEMA && !this.hasRelation({ ...name, schema });
  }

  with(...changed: readonly TableState[]): ReleaseState {
    const tables = new Map(this.contents.tables);
    for (const table of changed) tables.set(keyOf(table.name), table);
    const { relations } = this.contents;
    const made = changed.map((table) => keyOf(table.name)).filter((key) => !relations.has(key));
    return this.but({ tables, ...(made.length === 0 ? {} : { relations: new Set([...relations, ...made]) }) });
  }

  without(ref: TableRef): ReleaseState {
    const tables = new Map(this.contents.tables);
    tables.delete(keyOf(ref));
    return this.but({ tables }).withoutRelation(ref);
  }

  withRelation(ref: TableRef): ReleaseState {
    return this.but({ relations: new Set([...this.contents.relations, keyOf(ref)]) });
  }

  withoutRelation(ref: TableRef): ReleaseState {
    const relations = new Set(this.contents.relations);
    relations.delete(keyOf(ref));
    return this.but({ relations });
  }

  withStage(): ReleaseState {
    return this.but({ stages: this.stages + 1 });
  }

  withType(name: string, labels: readonly string[] | null): ReleaseState {
    return this.but({ types: new Map([...this.contents.types, [name, labels]]) });
  }

  withAltered(domain: string): ReleaseState {
    return this.but({ altered: new Set([...this.contents.altered, domain]) });
  }

  withGone(gone: Gone): ReleaseState {
    return this.but({ gone: [...this.gone, gone] });
  }

  /** The tenant's name for an object that is not on a table, by its name at this moment; null for one that the release creates. */
  objectBefore(ref: TableRef): TableRef | null {
    const known = this.contents.objects.get(keyOf(ref));
    return known === undefined ? ref : known;
  }

  /** Renames an object from here on; its old name no longer means anything of the tenant's. */
  withRenamed(from: TableRef, to: TableRef): ReleaseState {
    const stood = this.objectBefore(from);
    const objects = new Map([...this.contents.objects, [keyOf(from), null], [keyOf(to), stood]] as const);
    return this.but({ objects });
  }

  /** Labels of an enum that the release creates; null for another type that it creates, undefined for an existing type. */
  madeType(type: string): readonly string[] | null | undefined {
    return this.contents.types.get(baseName(type));
  }

  /** True for an existing type that will not stay as it is now. */
  isAltered(type: string): boolean {
    return this.contents.altered.has(baseName(type));
  }

  /** A type that values can be cast to now: one that the release creates does not exist yet. */
  typeNow(type: string): string {
    return this.madeType(type) === undefined ? type : "text";
  }

  /** The same with an uncertainty about some tables, or about every one. */
  markUncertain(uncertainty: Uncertainty, which: (table: TableState) => boolean = () => true): ReleaseState {
    const touched = this.all().filter(which);
    return this.with(
      ...touched.map((table) => ({ ...table, uncertainties: [...table.uncertainties, uncertainty], sameRows: false })),
    );
  }

  private but(change: Partial<Contents>): ReleaseState {
    return new ReleaseState({ ...this.contents, ...change });
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
