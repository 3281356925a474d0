import type { NameChange } from "../contract/change.js";
import type { Keeping, Operation, Unfollowed } from "./kinds/index.js";

/** What an operation does to names that earlier statements used. */
export function nameChangesOf(operation: Operation): readonly NameChange[] {
  switch (operation.kind) {
    case "create-table":
    case "create-table-as":
      return operation.persistence === "t" ? [{ change: "table temporary", table: operation.table }] : [];
    case "rename-table":
      return [{ change: "table moved", table: operation.table, to: operation.to }];
    case "rename-column":
      return operation.of === "table"
        ? [{ change: "column renamed", table: operation.table, column: operation.column, to: operation.to }]
        : [];
    case "rename-constraint":
      return [{ change: "constraint renamed", table: operation.table, name: operation.constraint, to: operation.to }];
    case "rename-object":
      return renamedObject(operation);
    case "set-schema":
      return movedObject(operation);
    case "drop-table":
      return [{ change: "table gone", table: operation.table, cascade: operation.cascade }];
    case "drop-column":
      return [{ change: "column gone", table: operation.table, column: operation.column }];
    case "drop-constraint": {
      const { table, constraint, cascade } = operation;
      return [{ change: "constraint gone", table, name: constraint, cascade }];
    }
    case "drop-object":
      return goneObject(operation);
    case "add-constraint":
      return takenIndex(operation);
    // No earlier statement used a name that only appears now; an index has a name of its own.
    case "add-column":
    case "create-index":
    case "create-object":
    case "drop-index":
      return [];
    default:
      operation satisfies Keeping<"names"> | Unfollowed;
      return [];
  }
}

const TYPES: ReadonlySet<string> = new Set(["type", "domain"]);
const LIKE_TABLES: ReadonlySet<string> = new Set(["view", "materialized view", "foreign table"]);

function renamedObject(operation: Extract<Operation, { kind: "rename-object" }>): readonly NameChange[] {
  const { objectKind, name, to } = operation;
  if (objectKind === "index") return [{ change: "index renamed", name: name.name, to }];
  if (objectKind === "schema") return [{ change: "schema renamed", schema: name.name, to }];
  if (LIKE_TABLES.has(objectKind)) return [{ change: "table moved", table: name, to }];
  return TYPES.has(objectKind) ? [{ change: "type changed", name: name.name }] : [];
}

function movedObject({ objectKind, name, to }: Extract<Operation, { kind: "set-schema" }>): readonly NameChange[] {
  if (objectKind === "table" || LIKE_TABLES.has(objectKind)) {
    return [{ change: "table moved", table: name, to: name.name, schema: to }];
  }
  return TYPES.has(objectKind) ? [{ change: "type changed", name: name.name }] : [];
}

function goneObject(operation: Extract<Operation, { kind: "drop-object" }>): readonly NameChange[] {
  const { objectKind, name, cascade } = operation;
  if (objectKind === "schema") return [{ change: "schema gone", schema: name.name }];
  if (LIKE_TABLES.has(objectKind)) return [{ change: "table gone", table: name, cascade }];
  return TYPES.has(objectKind) && cascade ? [{ change: "type gone", name: name.name }] : [];
}

/** `USING INDEX` gives the index the name of its constraint. */
function takenIndex({ table, constraint }: Extract<Operation, { kind: "add-constraint" }>): readonly NameChange[] {
  if (constraint.type !== "unique" && constraint.type !== "primary key") return [];
  const { usingIndex, name } = constraint;
  if (usingIndex === null) return [];
  return [
    ...(name === null || name === usingIndex ? [] : [{ change: "index renamed", name: usingIndex, to: name } as const]),
    { change: "key over index", table },
  ];
}
