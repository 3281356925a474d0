import type { CatalogObject, ObjectId } from "../catalog/catalog.js";
import { CatalogIndex, type TableRef } from "../catalog/lookup.js";
import { sameTable } from "../catalog/tables.js";
import { labelsMeant, typeMeant } from "../operations/enum-meant.js";
import type { Operation } from "../operations/index.js";
import { catalogKind } from "../operations/object-name.js";
import { resolveTable } from "../operations/resolve.js";
import { findObject } from "../undo/recreate.js";

/** A schema while one statement runs: the present name of each earlier object, what is gone, and what is new. */
export class NamesWithin {
  index: CatalogIndex;
  /** What a renamed object was before. */
  private readonly origins = new Map<CatalogObject, CatalogObject>();

  constructor(private readonly first: CatalogIndex) {
    this.index = first;
  }

  /** The object as it was before the statement; null for undefined, and for one that the statement created. */
  before(object: CatalogObject | undefined): CatalogObject | null {
    if (object === undefined) return null;
    const was = this.origins.get(object) ?? object;
    return this.first.get(was.kind, was.id) === was ? was : null;
  }

  /** Earlier objects that have a new name by now, or are part of something that has. */
  moved(): ReadonlySet<CatalogObject> {
    return new Set(this.index.catalog.objects.flatMap((object) => this.origins.get(object) ?? []));
  }

  renames(): boolean {
    return this.origins.size > 0;
  }

  /** A table by its name before the statement. */
  tableBefore(now: TableRef): TableRef | null {
    const was = this.before(this.index.table(now));
    return was && { schema: was.id.schema ?? "", name: was.id.name };
  }

  /** An earlier table under its present name, and its remaining columns by their earlier names. */
  now(was: TableRef): { readonly table: TableRef; readonly columns: ReadonlyMap<string, string> } | null {
    const isIt = (object: CatalogObject) => {
      const before = this.before(object);
      return before !== null && sameTable(itself(before.id), was);
    };
    const found = this.index.all("table").find(isIt);
    if (found === undefined) return null;
    const table = itself(found.id);
    const columns = this.index.columns(table).flatMap((column) => {
      const before = this.before(column);
      return before === null ? [] : [[before.id.name, column.id.name] as const];
    });
    return { table, columns: new Map(columns) };
  }

  advance(operation: Operation): void {
    const { index } = this;
    if (operation.kind === "rename-table") this.moveTable(resolveTable(operation.table, index), { name: operation.to });
    else if (operation.kind === "set-schema" && operation.objectKind === "table")
      this.moveTable(resolveTable(operation.name, index), { schema: operation.to });
    else if (operation.kind === "rename-column") {
      const table = resolveTable(operation.table, index);
      this.map((object) => renamedColumn(object, table, operation.column, operation.to));
    } else if (operation.kind === "rename-constraint") {
      const table = resolveTable(operation.table, index);
      const isIt = ({ kind, id }: CatalogObject) =>
        (kind === "constraint" || kind === "index") && isOn(id, table) && id.name === operation.constraint;
      this.map((object) => (isIt(object) ? withId(object, { name: operation.to }) : object));
    } else if (operation.kind === "rename-object") {
      const { objectKind, name, signature, to } = operation;
      const found =
        objectKind === "index"
          ? index.indexesNamed(name.name)[0]
          : findObject(index, catalogKind(objectKind), name, signature);
      this.map((object) => (object === found ? withId(object, { name: to }) : object));
    } else if (operation.kind === "rename-enum-value") {
      const { type, value, to } = operation;
      const found = typeMeant(type, index);
      const labels = labelsMeant(type, index)?.map((label) => (label === value ? to : label));
      this.map((object) =>
        object === found && labels
          ? ({ ...object, attributes: { ...object.attributes, labels } } as CatalogObject)
          : object,
      );
    } else this.makeOrTake(operation);
  }

  private makeOrTake(operation: Operation): void {
    if (!("table" in operation) || operation.table === null) return;
    const { index } = this;
    const table = resolveTable(operation.table, index);
    const { schema, name } = table;
    if (operation.kind === "add-column") {
      if (index.table(table) && !index.column(table, operation.column.name))
        this.add({ kind: "column", id: { schema, table: name, name: operation.column.name } });
    } else if (operation.kind === "create-table" || operation.kind === "create-table-as") {
      if (!index.table(table)) this.add({ kind: "table", id: { schema, name } });
    } else if (operation.kind === "drop-column")
      this.remove(({ kind, id }) => kind === "column" && isOn(id, table) && id.name === operation.column);
    else if (operation.kind === "drop-table")
      this.remove(({ kind, id }) => isOn(id, table) || (kind === "table" && sameTable(itself(id), table)));
  }

  private moveTable(table: TableRef, to: Partial<TableRef>): void {
    const { schema, name } = { ...table, ...to };
    this.map((object) => {
      if (isOn(object.id, table)) return withId(object, { schema, table: name });
      if (["table", "view", "materialized view"].includes(object.kind) && sameTable(itself(object.id), table))
        return withId(object, { schema, name });
      if (object.kind !== "constraint" || !object.attributes.references) return object;
      const { references } = object.attributes;
      if (!sameTable({ schema: references.schema, name: references.table }, table)) return object;
      return { ...object, attributes: { ...object.attributes, references: { ...references, schema, table: name } } };
    });
  }

  private map(change: (object: CatalogObject) => CatalogObject): void {
    const objects = this.index.catalog.objects.map((object) => {
      const changed = change(object);
      if (changed !== object) this.origins.set(changed, this.origins.get(object) ?? object);
      return changed;
    });
    this.index = new CatalogIndex({ ...this.index.catalog, objects });
  }

  private remove(goes: (object: CatalogObject) => boolean): void {
    const objects = this.index.catalog.objects.filter((object) => !goes(object));
    this.index = new CatalogIndex({ ...this.index.catalog, objects });
  }

  /** Only its existence matters: it holds no earlier data. */
  private add(made: Pick<CatalogObject, "kind" | "id">): void {
    const attributes = {
      columns: [],
      partitionOf: null,
      inherits: [],
      options: [],
      type: "",
      notNull: false,
      default: null,
    };
    const object = {
      ...made,
      definition: null,
      position: 0,
      attributes: { ...attributes, identity: "", generated: "" },
    };
    const objects = [...this.index.catalog.objects, object as unknown as CatalogObject];
    this.index = new CatalogIndex({ ...this.index.catalog, objects });
  }
}

function renamedColumn(object: CatalogObject, table: TableRef, from: string, to: string): CatalogObject {
  const other = (name: string) => (name === from ? to : name);
  if (object.kind === "column" && isOn(object.id, table) && object.id.name === from)
    return withId(object, { name: to });
  if (object.kind !== "constraint") return object;
  const { columns, references } = object.attributes;
  const own = isOn(object.id, table) && columns.includes(from);
  const pointsAt = references !== null && sameTable({ schema: references.schema, name: references.table }, table);
  if (!own && !(pointsAt && references.columns.includes(from))) return object;
  return {
    ...object,
    attributes: {
      ...object.attributes,
      columns: own ? columns.map(other) : columns,
      references: pointsAt ? { ...references, columns: references.columns.map(other) } : references,
    },
  };
}

function withId(object: CatalogObject, id: Partial<ObjectId>): CatalogObject {
  return { ...object, id: { ...object.id, ...id } };
}

function isOn({ schema, table }: ObjectId, of: TableRef): boolean {
  return schema === of.schema && table === of.name;
}

function itself({ schema, name }: ObjectId): TableRef {
  return { schema: schema ?? "", name };
}
