import { isHarmless } from "../postgres/functions.js";
import { isParsed, parseStatement } from "../sql/parse.js";
import type { Statement } from "../sql/statement.js";
import { mayAct } from "./acting-calls.js";
import { executedCalls } from "./executed-calls.js";
import { isUnfollowed } from "./operation-types.js";
import { operationsOfText } from "./segments.js";

/**
 * Whether the text of a statement does not tell what it does to a schema: it assembles SQL at run time, calls a function or decides by what it finds.
 * On another tenant's rows it may do something other than on the clone's.
 */
export function hasUnknownEffect(statement: Statement): boolean {
  return operationsOfText(statement).some(
    (operation) =>
      isUnfollowed(operation) ||
      (operation.guards?.length ?? 0) > 0 ||
      (operation.kind === "query" && !operation.functions.every(isHarmless)) ||
      callsUnknown(operation.statement),
  );
}

function callsUnknown(statement: Statement): boolean {
  const parsed = parseStatement(statement);
  if (!isParsed(parsed)) return true;
  return executedCalls(parsed.node).some(
    (call) => call.as === "call" && mayAct(call.name) && !MATTERS.has(call.name.at(-1) ?? ""),
  );
}

/** They act, but do the same everywhere. */
const MATTERS: ReadonlySet<string> = new Set(["setval", "set_config"]);
