import { operationsOfText } from "../../core/operations/index.js";
import type { Operation } from "../../core/operations/kinds/index.js";
import type { Statement } from "../../core/sql/statement.js";

/**
 * Whether a statement outside a transaction delays no reader or writer while it waits: it asks for SHARE UPDATE EXCLUSIVE or waits for
 * snapshots (manual, "Table-Level Locks").
 */
export function waitsWithoutBlocking(statement: Statement): boolean {
  return operationsOfText(statement).every(isQuiet);
}

function isQuiet(operation: Operation): boolean {
  if (operation.kind === "maintain") return operation.command !== "vacuum full" && operation.command !== "cluster";
  return "concurrently" in operation && operation.concurrently === true;
}
