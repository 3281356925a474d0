import { type Catalog, TENANT_SCHEMA } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { descendants, sameTable } from "../catalog/tables.js";
import { isUnfollowed, type Keeping, type Operation, type Unfollowed } from "../operations/index.js";
import type { QualifiedName } from "../sql/qualified-name.js";

/** What a migration itself has created so far. It holds no earlier data: changes to it need no way back of their own, because it goes as a whole. */
export class Created {
  private readonly keys = new Set<string>();
  /** Columns in tables that are older than the migration, by table. */
  private readonly columns = new Map<string, Set<string>>();
  private readonly taken: ReadonlySet<string>;
  /** Names of functions, types and the like that the migration created. */
  private readonly made = new Set<string>();
  /** Its own tables that it later made use such a thing: before the thing can go, they must let go of it. */
  private readonly leaning = new Set<string>();

  /** `before`: the schema before the migration. */
  constructor(before: Catalog) {
    this.taken = new Set(before.objects.filter(({ kind }) => RELATIONS.has(kind)).map(({ id }) => relation(id)));
  }

  /** True when the operation concerns only what the migration created, so that its own inverse may be left out. */
  covers(operation: Operation): boolean {
    return this.concerns(operation) && !this.leans(operation);
  }

  private concerns(operation: Operation): boolean {
    if (isUnfollowed(operation)) return false;
    switch (operation.kind) {
      case "create-table":
      case "create-table-as":
      case "rename-table":
      case "set-schema":
        return false;
      case "create-index":
        return this.hasTable(operation.table) && !this.isTaken(operation.table, operation.name);
      case "drop-index":
        return this.has("index", operation.index);
      case "create-object":
        return operation.table !== null && this.hasTable(operation.table);
      case "drop-object":
      case "alter-object":
        return operation.table !== null
          ? this.hasTable(operation.table)
          : this.has(family(operation.objectKind), operation.name);
      case "comment":
        return this.hasTable(operation.name) || this.has(family(operation.objectKind), operation.name);
      case "grant":
        return (
          operation.names.length > 0 && operation.names.every((name) => this.has(family(operation.objectKind), name))
        );
      case "rename-enum-value":
        return false;
      case "add-enum-value":
        return this.has("type", operation.type);
      case "alter-domain":
        return this.has("domain", operation.domain);
      case "attach-partition":
      case "detach-partition":
        return this.hasTable(operation.parent);
      // It would keep the table that it points at from going first.
      case "add-constraint":
        return (
          operation.constraint.type !== "foreign key" &&
          this.hasTable(operation.table) &&
          !this.isTaken(operation.table, operation.constraint.name)
        );
      case "rename-constraint":
        return this.hasTable(operation.table) && !this.isTaken(operation.table, operation.to);
      case "write-rows":
        return this.hasTable(operation.table) || this.writesOnlyNewColumns(operation);
      default:
        return this.coversColumnOrTable(operation);
    }
  }

  /** Call after `covers`. */
  note(operation: Operation): void {
    const table = "table" in operation ? operation.table : null;
    if (table && this.leans(operation)) this.leaning.add(key("relation", table));
    if (operation.kind === "create-object" && operation.table === null) this.made.add(operation.name.name);
    switch (operation.kind) {
      case "create-table":
      case "create-table-as":
        this.keys.add(key("relation", operation.table));
        if (operation.persistence === "t") this.keys.add(key("temporary", operation.table));
        break;
      case "drop-table":
        this.keys.delete(key("relation", operation.table));
        this.columns.delete(key("relation", operation.table));
        break;
      case "rename-table":
        this.move(operation.table, { schema: operation.table.schema, name: operation.to });
        break;
      case "set-schema":
        if (operation.objectKind === "table")
          this.move(operation.name, { schema: operation.to, name: operation.name.name });
        break;
      case "add-column":
        if (!this.hasTable(operation.table)) this.noteColumn(operation.table, operation.column.name);
        break;
      case "rename-column":
        if (this.columnsIn(operation.table).delete(operation.column)) this.noteColumn(operation.table, operation.to);
        break;
      case "drop-column":
        this.columnsIn(operation.table).delete(operation.column);
        break;
      case "create-index":
        if (operation.name !== null)
          this.keys.add(key("index", { schema: operation.table.schema, name: operation.name }));
        break;
      case "create-object":
        if (operation.table === null && !operation.replace)
          this.keys.add(key(family(operation.objectKind), operation.name));
        break;
      // Under another name it is taken for an older one, which then needs its own way back.
      case "rename-constraint":
      case "rename-object":
      // What is on a table is found through the table.
      case "add-constraint":
      case "drop-constraint":
      case "drop-index":
      case "drop-object":
        break;
      default:
        operation satisfies Keeping<"names"> | Unfollowed;
    }
  }

  isEmpty(): boolean {
    return this.keys.size + this.columns.size === 0;
  }

  /** A table that the migration created, under its present name. */
  hasTable(table: QualifiedName): boolean {
    return this.has("relation", table);
  }

  /** Columns that the migration created in a table that it did not create, also through a parent, by their present names. */
  columnsOf(table: TableRef, index: CatalogIndex): readonly string[] {
    if (this.columns.size === 0 || this.hasTable(table)) return [];
    const own = this.columnsIn(table);
    const inherited = index
      .columns(table)
      .filter(({ attributes }) => attributes.inherited === true && attributes.local !== true);
    if (own.size + inherited.length === 0) return [];
    const parents = inherited.length === 0 ? [] : this.parentsOf(table, index);
    const names = new Set(index.columns(table).map(({ id }) => id.name));
    return [
      ...[...own].filter((name) => names.has(name)),
      ...inherited.flatMap(({ id }) => (parents.some((each) => this.columnsIn(each).has(id.name)) ? [id.name] : [])),
    ];
  }

  /** Whether a relation had the name before the migration: then what has it now must go first. */
  isTaken({ schema }: QualifiedName, name: string | null): boolean {
    return name !== null && this.taken.has(relation({ schema, name }));
  }

  /** A table that the migration created and drops: it is already gone when it should go. */
  dropsAgain(operation: Operation): operation is Operation & { kind: "drop-table" } {
    return operation.kind === "drop-table" && this.hasTable(operation.table) && !this.has("temporary", operation.table);
  }

  /** What a table that is older than a function, type or sequence does with it, and everything that happens to the table from then on. */
  private leans(operation: Operation): boolean {
    if (!LETTING_GO.has(operation.kind) || !("table" in operation) || operation.table === null) return false;
    if (this.leaning.has(key("relation", operation.table))) return true;
    const sql = operation.statement.sql.toLowerCase();
    return [...this.made].some((name) => sql.includes(name.toLowerCase()));
  }

  private coversColumnOrTable(operation: Operation): boolean {
    if (!("table" in operation) || operation.table === null) return false;
    if (this.hasTable(operation.table)) return true;
    const column = "column" in operation && typeof operation.column === "string" ? operation.column : null;
    return column !== null && operation.kind !== "drop-column" && operation.kind !== "rename-column"
      ? this.columnsIn(operation.table).has(column)
      : false;
  }

  private writesOnlyNewColumns(operation: Operation & { kind: "write-rows" }): boolean {
    const { change, columns, table } = operation;
    return change === "update" && columns.length > 0 && columns.every((column) => this.columnsIn(table).has(column));
  }

  private has(kind: string, name: QualifiedName): boolean {
    return this.keys.has(key(kind, name));
  }

  private columnsIn(table: QualifiedName): Set<string> {
    return this.columns.get(key("relation", table)) ?? new Set();
  }

  private noteColumn(table: QualifiedName, name: string): void {
    this.columns.set(key("relation", table), new Set([...this.columnsIn(table), name]));
  }

  /** Tables with columns of the migration that this one inherits. */
  private parentsOf(table: TableRef, index: CatalogIndex): readonly TableRef[] {
    return index.catalog.objects.flatMap(({ kind, id }) => {
      const parent = { schema: id.schema ?? "", name: id.name };
      if (kind !== "table" || this.columnsIn(parent).size === 0) return [];
      return descendants(index, parent).some((each) => sameTable(each, table)) ? [parent] : [];
    });
  }

  /** Moves a table with its columns to another name or schema. */
  private move(from: QualifiedName, to: QualifiedName): void {
    if (this.keys.delete(key("relation", from))) this.keys.add(key("relation", to));
    if (this.leaning.delete(key("relation", from))) this.leaning.add(key("relation", to));
    const columns = this.columns.get(key("relation", from));
    if (!columns) return;
    this.columns.delete(key("relation", from));
    this.columns.set(key("relation", to), columns);
  }
}

/** Changes of a table whose inverses let go of what they name, and those without which such an inverse would not find its object. */
const LETTING_GO: ReadonlySet<Operation["kind"]> = new Set([
  "create-object",
  "drop-object",
  "rename-object",
  "set-default",
  "add-column",
  "drop-column",
  "rename-column",
  "alter-column-type",
  "add-constraint",
  "drop-constraint",
  "rename-constraint",
  "create-index",
] as const);

/** Objects whose names are relation names, so that no two in one schema have the same. */
const RELATIONS: ReadonlySet<string> = new Set(["table", "index", "sequence", "view", "materialized view"]);

function relation({ schema, name }: { readonly schema?: string | null; readonly name: string }): string {
  return key("relation", { schema: schema ?? null, name });
}

function family(kind: string): string {
  return kind === "table" || kind === "foreign table" || kind === "view" || kind === "materialized view"
    ? "relation"
    : kind;
}

/** With or without its schema, a name means the same place: public, or the tenant's own schema. */
function key(kind: string, { schema, name }: QualifiedName): string {
  return JSON.stringify([kind, schema === "public" || schema === TENANT_SCHEMA ? null : schema, name]);
}
