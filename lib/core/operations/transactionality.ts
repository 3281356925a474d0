import type { Operation } from "./kinds/index.js";
import type { Transactionality } from "./operation.js";

/** Object kinds whose CREATE and DROP PostgreSQL refuses in a transaction block. */
const OUTSIDE_OBJECTS = new Set(["database", "tablespace"]);

/** Where an operation may run; it follows from the statement alone (PostgreSQL manual, the Notes of each command). */
export function transactionalityOf(operation: Operation): Transactionality {
  switch (operation.kind) {
    case "create-index":
    case "drop-index":
    case "detach-partition":
      return operation.concurrently ? "outside" : "inside";
    case "reindex":
      return operation.concurrently ||
        operation.of === "database" ||
        operation.of === "system" ||
        operation.of === "schema"
        ? "outside"
        : "inside";
    case "maintain":
      return operation.command === "analyze" || (operation.command === "cluster" && operation.table !== null)
        ? "inside"
        : operation.command === "checkpoint"
          ? "inside"
          : "outside";
    case "create-object":
    case "drop-object":
      if (OUTSIDE_OBJECTS.has(operation.objectKind)) return "outside";
      // CREATE SUBSCRIPTION makes a replication slot on the publisher, which cannot be rolled back.
      return operation.objectKind === "subscription" ? "outside" : "inside";
    case "alter-object":
      return operation.objectKind === "other" && operation.what === "system setting" ? "outside" : "inside";
    case "add-enum-value":
      return "own";
    default:
      return "inside";
  }
}
