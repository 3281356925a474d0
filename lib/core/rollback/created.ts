import type { Operation } from "../operations/index.js";
import type { QualifiedName } from "../sql/qualified-name.js";

/**
 * What a migration itself has made so far. Such things hold nothing of before: changes to them need no way back of
 * their own, because they go as a whole.
 */
export class Created {
  private readonly keys = new Set<string>();

  /** True when the operation concerns only what the migration made, so that its own inverse may be left out. */
  covers(operation: Operation): boolean {
    switch (operation.kind) {
      case "create-table":
      case "create-table-as":
      case "create-index":
      case "rename-table":
        return operation.kind === "create-index" && this.hasTable(operation.table);
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
        return operation.constraint.type !== "foreign key" && this.hasTable(operation.table);
      case "write-rows":
        return this.hasTable(operation.table) || this.writesOnlyNewColumns(operation);
      default:
        return this.coversColumnOrTable(operation);
    }
  }

  /** Call after `covers`. */
  note(operation: Operation): void {
    switch (operation.kind) {
      case "create-table":
      case "create-table-as":
        this.keys.add(key("relation", operation.table));
        if (operation.persistence === "t") this.keys.add(key("temporary", operation.table));
        break;
      case "drop-table":
        this.keys.delete(key("relation", operation.table));
        break;
      case "rename-table":
        this.rename("relation", operation.table, operation.to);
        break;
      case "add-column":
        this.keys.add(key("column", operation.table, operation.column.name));
        break;
      case "create-index":
        if (operation.name !== null)
          this.keys.add(key("index", { schema: operation.table.schema, name: operation.name }));
        break;
      case "create-object":
        if (operation.table === null && !operation.replace)
          this.keys.add(key(family(operation.objectKind), operation.name));
        break;
      default:
        break;
    }
  }

  /** A table that the migration made, under the name it has now. */
  hasTable(table: QualifiedName): boolean {
    return this.has("relation", table);
  }

  /** A table that the migration made and drops: it is gone by the time it should go. */
  dropsAgain(operation: Operation): operation is Operation & { kind: "drop-table" } {
    return operation.kind === "drop-table" && this.hasTable(operation.table) && !this.has("temporary", operation.table);
  }

  private coversColumnOrTable(operation: Operation): boolean {
    if (!("table" in operation) || operation.table === null) return false;
    if (this.hasTable(operation.table)) return true;
    const column = "column" in operation && typeof operation.column === "string" ? operation.column : null;
    return column !== null && operation.kind !== "drop-column" && operation.kind !== "rename-column"
      ? this.keys.has(key("column", operation.table, column))
      : false;
  }

  private writesOnlyNewColumns(operation: Operation & { kind: "write-rows" }): boolean {
    const { change, columns, table } = operation;
    return (
      change === "update" &&
      columns.length > 0 &&
      columns.every((column) => this.keys.has(key("column", table, column)))
    );
  }

  private has(kind: string, name: QualifiedName): boolean {
    return this.keys.has(key(kind, name));
  }

  private rename(kind: string, from: QualifiedName, to: string): void {
    if (this.keys.delete(key(kind, from))) this.keys.add(key(kind, { schema: from.schema, name: to }));
  }
}

function family(kind: string): string {
  return kind === "table" || kind === "foreign table" || kind === "view" || kind === "materialized view"
    ? "relation"
    : kind;
}

/** Written with its schema or without, an unqualified name means the same place: public. */
function key(kind: string, name: QualifiedName, part = ""): string {
  return JSON.stringify([kind, name.schema === "public" ? null : name.schema, name.name, part]);
}
