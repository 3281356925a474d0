import { isHarmless } from "../postgres/functions.js";
import type { Statement } from "../sql/statement.js";
import { operationsOfText } from "./segments.js";

/**
 * Whether the text of a statement does not tell what it does to a schema: it puts SQL together at run time, calls a function or decides by what it
 * finds. On another tenant's rows it may do something else than on the clone's.
 */
export function isUntold(statement: Statement): boolean {
  return operationsOfText(statement).some(
    (operation) =>
      operation.kind === "opaque" ||
      (operation.guards?.length ?? 0) > 0 ||
      (operation.kind === "query" && !operation.functions.every(isHarmless)),
  );
}
