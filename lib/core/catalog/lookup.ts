import { qualified } from "../sql/quote.js";
import type {
  Catalog,
  CatalogObject,
  ColumnObject,
  ConstraintObject,
  IndexObject,
  ObjectId,
  ObjectKind,
  TableObject,
} from "./catalog.js";

/** A table as the code that touches it names it. */
export interface TableRef {
  readonly schema: string;
  readonly name: string;
}

/** The single key of an object within a catalog; unambiguous for any name that PostgreSQL accepts. */
export function objectKey(kind: ObjectKind, id: ObjectId): string {
  return JSON.stringify([kind, id.schema ?? null, id.table ?? null, id.name, id.signature ?? null]);
}

/** Every object of a catalog that matters to one table, collected once and answered from memory. */
export class CatalogIndex {
  private readonly byKey = new Map<string, CatalogObject>();
  private readonly byTable = new Map<string, CatalogObject[]>();
  private readonly byKind = new Map<ObjectKind, CatalogObject[]>();

  constructor(readonly catalog: Catalog) {
    for (const object of catalog.objects) {
      this.byKey.set(objectKey(object.kind, object.id), object);
      const same = this.byKind.get(object.kind);
      if (same) same.push(object);
      else this.byKind.set(object.kind, [object]);
      if (object.id.table !== undefined) {
        const key = tableKey({ schema: object.id.schema ?? "", name: object.id.table });
        const list = this.byTable.get(key);
        if (list) list.push(object);
        else this.byTable.set(key, [object]);
      }
    }
  }

  get<K extends ObjectKind>(kind: K, id: ObjectId): Extract<CatalogObject, { kind: K }> | undefined {
    return this.byKey.get(objectKey(kind, id)) as Extract<CatalogObject, { kind: K }> | undefined;
  }

  /** Every object of a kind, in the catalog's order. */
  all(kind: ObjectKind): readonly CatalogObject[] {
    return this.byKind.get(kind) ?? [];
  }

  /** What is here but not in the other, by kind and identity. */
  without(other: CatalogIndex): readonly CatalogObject[] {
    return [...this.byKey].flatMap(([key, object]) => (other.byKey.has(key) ? [] : [object]));
  }

  table(ref: TableRef): TableObject | undefined {
    return this.get("table", ref);
  }

  /** In the table's own order. */
  columns(ref: TableRef): readonly ColumnObject[] {
    return this.children(ref, "column").sort((a, b) => a.position - b.position);
  }

  column(ref: TableRef, name: string): ColumnObject | undefined {
    return this.get("column", { schema: ref.schema, table: ref.name, name });
  }

  constraints(ref: TableRef): readonly ConstraintObject[] {
    return this.children(ref, "constraint");
  }

  indexes(ref: TableRef): readonly IndexObject[] {
    return this.children(ref, "index");
  }

  triggers(ref: TableRef): readonly CatalogObject[] {
    return this.children(ref, "trigger");
  }

  /** Foreign keys of other tables (or of itself) that point at this one. */
  referencedBy(ref: TableRef): readonly ConstraintObject[] {
    return this.catalog.objects.filter(
      (object): object is ConstraintObject =>
        object.kind === "constraint" &&
        object.attributes.references?.schema === ref.schema &&
        object.attributes.references.table === ref.name,
    );
  }

  /** Indexes of one name in any schema: each schema can have one of that name. */
  indexesNamed(name: string): readonly IndexObject[] {
    return this.catalog.objects.filter(
      (object): object is IndexObject => object.kind === "index" && object.id.name === name,
    );
  }

  /** Indexes of partitions that belong to an index of their parent. */
  attachedTo({ schema, name }: ObjectId): readonly IndexObject[] {
    const names = new Set([`${schema}.${name}`, qualified(schema, name)]);
    return this.catalog.objects.filter(
      (object): object is IndexObject => object.kind === "index" && names.has(String(object.attributes.attachedTo)),
    );
  }

  private children<K extends ObjectKind>(ref: TableRef, kind: K): Extract<CatalogObject, { kind: K }>[] {
    const all = this.byTable.get(tableKey(ref)) ?? [];
    return all.filter((object): object is Extract<CatalogObject, { kind: K }> => object.kind === kind);
  }
}

function tableKey(ref: TableRef): string {
  return JSON.stringify([ref.schema, ref.name]);
}
