import { humanName } from "../../catalog/names.js";
import { type Operation, operationsOfText } from "../../operations/index.js";
import { parentNamed } from "../../operations/kinds/set-table-option.js";
import { isParsed, parseStatement } from "../../sql/parse.js";
import { readableSource } from "../support/readable-source.js";
import { composedWrite } from "./composed-write.js";
import { callsOwnFunction, consequencesOf, makeUncertain, referencing, relatives, writtenBy } from "./consequences.js";
import { NotForetold } from "./map-tables.js";
import type { ReleaseState } from "./release-state.js";
import { emptiedTable } from "./reshape.js";
import type { TableState } from "./table-state.js";

/** INHERIT and NO INHERIT: the parent's rows differ from then on. */
export function rehung(state: ReleaseState, operation: Operation & { kind: "set-table-option" }): ReleaseState {
  const parent = parentNamed(operation);
  const table = parent && state.table(parent);
  if (!table) return state;
  const place = readableSource(operation.statement.source);
  return makeUncertain(state, `The statement at ${place} gives ${humanName(table.name)} other children before it`, [
    table.origin ?? table.name,
  ]);
}

/** The rows after a write: computed where the statement allows it, otherwise uncertain; what it sets off is uncertain too. */
export function written(state: ReleaseState, operation: Operation & { kind: "write-rows" }): ReleaseState {
  const table = state.table(operation.table);
  if (!table) return state.isCopy(operation.table) ? state.withRelation(operation.table) : state;
  const place = readableSource(operation.statement.source);
  const { own, others } = consequencesOf(state, table, !["insert", "copy"].includes(operation.change));
  const reason = `The statement at ${place} changes rows of ${humanName(table.name)} before it`;
  const after = own ? makeUncertain(state, reason, [table.name]) : computed(state, table, operation, reason);
  return makeUncertain(after, `${reason}, which changes these rows too`, others);
}

function computed(
  state: ReleaseState,
  table: TableState,
  operation: Operation & { kind: "write-rows" },
  reason: string,
): ReleaseState {
  try {
    const writes = operationsOfText(operation.statement).filter(({ kind }) => kind === "write-rows");
    if (writes.length !== 1) throw new NotForetold("it writes several tables");
    return composedWrite(state, table, operation.statement);
  } catch (error) {
    if (!(error instanceof NotForetold)) throw error;
    return makeUncertain(state, reason, [table.name]);
  }
}

export function truncated(state: ReleaseState, operation: Operation & { kind: "truncate" }): ReleaseState {
  const table = state.table(operation.table);
  if (!table) return state;
  const emptied = emptiedTable(state, table);
  if (!table.origin) return emptied;
  const others = [...relatives(state, table.origin), ...(operation.cascade ? referencing(state, table.origin) : [])];
  const place = readableSource(operation.statement.source);
  return makeUncertain(emptied, `The statement at ${place} empties tables before it`, others);
}

export function refreshed(state: ReleaseState, operation: Operation & { kind: "refresh-view" }): ReleaseState {
  const view = state.table(operation.view);
  if (!view) return state;
  const place = readableSource(operation.statement.source);
  return makeUncertain(state, `The statement at ${place} fills ${humanName(view.name)} again before it`, [view.name]);
}

/** Code whose effect is not an operation: what it may write is uncertain. */
export function opaque(state: ReleaseState, operation: Operation): ReleaseState {
  const parsed = parseStatement(operation.statement);
  const reason = `The statement at ${readableSource(operation.statement.source)} runs code before it that may change these rows`;
  return makeUncertain(state, reason, isParsed(parsed) && "DoStmt" in parsed.node ? writtenBy(state, parsed) : "any");
}

export function called(state: ReleaseState, operation: Operation & { kind: "query" }): ReleaseState {
  if (!callsOwnFunction(state, operation.functions)) return state;
  return opaque(state, operation);
}
