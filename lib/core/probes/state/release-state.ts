import { TENANT_SCHEMA } from "../../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { initialTables } from "./initial-state.js";
import type { TableState, Uncertainty } from "./table-state.js";

interface Contents {
  /** The tenant's schema before the release. */
  readonly catalog: CatalogIndex;
  readonly tables: ReadonlyMap<string, TableState>;
  /** Names of indexes and other relations by schema, those of the release included. */
  readonly relations: ReadonlySet<string>;
  /** How many stages were made, so that the next has a name of its own. */
  readonly stages: number;
  /** Types that the release makes, by unqualified name; with the labels of an enum. */
  readonly types: ReadonlyMap<string, readonly string[] | null>;
  /** Domains that the release alters, by unqualified name. */
  readonly altered: ReadonlySet<string>;
  readonly gone: readonly Gone[];
  /** What the tenant calls views, types, sequences and the like that the release has renamed; null for what it made under a name. */
  readonly objects: ReadonlyMap<string, TableRef | null>;
}

/** Something of the tenant's that the release drops, or that no longer needs what it needed. */
export interface Gone {
  /** As `CatalogAddress` has it. */
  readonly sql: string;
  /** `alone`: it stays, what stands on it too. `auto`: its parts go with it. `cascade`: so does all that needs it. */
  readonly reach: "alone" | "auto" | "cascade";
}

/**
 * What the tables of a tenant will be at one moment of a release: the rows now, seen through the statements before that
 * moment. Immutable: each change makes a new one.
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

  /** How many stages were made. */
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

  /** What the tenant calls an object that stands on no table, by its name at this moment; null for one that the release makes. */
  objectBefore(ref: TableRef): TableRef | null {
    const known = this.contents.objects.get(keyOf(ref));
    return known === undefined ? ref : known;
  }

  /** An object has another name from here on, and its old one stands for nothing of the tenant's. */
  withRenamed(from: TableRef, to: TableRef): ReleaseState {
    const stood = this.objectBefore(from);
    const objects = new Map([...this.contents.objects, [keyOf(from), null], [keyOf(to), stood]] as const);
    return this.but({ objects });
  }

  /** Labels of an enum that the release makes; null for another type of its own, undefined for a type that is there. */
  madeType(type: string): readonly string[] | null | undefined {
    return this.contents.types.get(baseName(type));
  }

  /** True for a type that is there but will not be as it is now. */
  isAltered(type: string): boolean {
    return this.contents.altered.has(baseName(type));
  }

  /** A type that values can be cast to now: one that the release makes does not exist yet. */
  typeNow(type: string): string {
    return this.madeType(type) === undefined ? type : "text";
  }

  /** The same with a uncertainty about some tables, or about every one. */
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
