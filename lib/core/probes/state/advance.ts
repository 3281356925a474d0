import { humanName } from "../../catalog/names.js";
import type { QualifiedName } from "../../contract/contract.js";
import { constraintName } from "../../operations/default-names.js";
import type { Operation } from "../../operations/index.js";
import { homeSchema } from "../../operations/resolve.js";
import { readableSource } from "../support/readable-source.js";
import type { ReleaseState } from "./release-state.js";
import { addedColumn, convertedColumn, createdTable, droppedColumn, renamedColumn, withColumn } from "./reshape.js";
import type { TableState } from "./table-state.js";

/** The tables after an operation, given those before it. */
export function advance(state: ReleaseState, operation: Operation): ReleaseState {
  switch (operation.kind) {
    case "create-table":
      return createTable(state, operation);
    case "create-table-as":
      return doubtAll(state, operation, `fills ${operation.table.name}`);
    case "create-index":
      return operation.name === null ? state : state.withRelation(indexRef(state, operation.table, operation.name));
    case "drop-index":
      return state.withoutRelation({
        schema: operation.index.schema ?? homeSchema(state.catalog),
        name: operation.index.name,
      });
    case "write-rows":
    case "truncate":
      return written(state, operation, operation.table);
    case "opaque":
      return doubtAll(state, operation, "cannot be read in advance");
    default:
      return "table" in operation && operation.table !== null && typeof operation.table === "object"
        ? changeTable(state, operation, operation.table)
        : state;
  }
}

function changeTable(state: ReleaseState, operation: Operation, name: QualifiedName): ReleaseState {
  const table = state.table(name);
  if (!table) return state;
  switch (operation.kind) {
    case "add-column": {
      const { column, ifNotExists } = operation;
      if (ifNotExists && table.columns.some((each) => each.name === column.name)) return state;
      return withPending(addedColumn(state, table, column), name, column.constraints);
    }
    case "drop-column":
      return droppedColumn(state, table, operation.column);
    case "rename-column":
      return renamedColumn(state, table, operation.column, operation.to);
    case "alter-column-type":
      return convertedColumn(state, table, operation.column, operation);
    case "set-not-null":
      return withColumn(state, table, operation.column, { notNull: true });
    case "drop-not-null":
      return withColumn(state, table, operation.column, { notNull: false });
    case "set-default":
      return withColumn(state, table, operation.column, { default: operation.default });
    case "add-constraint":
      return withPending(state, name, [operation.constraint]);
    case "rename-constraint": {
      const { constraint, to } = operation;
      const pending = table.pending.map((each) => (each.name === constraint ? { ...each, name: to } : each));
      return state.with({ ...table, pending });
    }
    case "rename-table":
      return state.without(table.name).with({ ...table, name: { ...table.name, name: operation.to } });
    case "drop-table":
      return state.without(table.name);
    default:
      return state;
  }
}

function withPending(state: ReleaseState, name: QualifiedName, constraints: TableState["pending"]): ReleaseState {
  const table = state.table(name);
  const added = constraints.filter((each) => !each.validated);
  if (!table || added.length === 0) return state;
  const named = added.map((each) => ({ ...each, name: each.name ?? constraintName(each, table.name, state.catalog) }));
  return state.with({ ...table, pending: [...table.pending, ...named] });
}

function createTable(state: ReleaseState, operation: Operation & { kind: "create-table" }): ReleaseState {
  const name = { schema: operation.table.schema ?? homeSchema(state.catalog), name: operation.table.name };
  if (operation.ifNotExists && state.hasRelation(name)) return state;
  return createdTable(state, name, operation.columns);
}

function indexRef(state: ReleaseState, table: QualifiedName, name: string) {
  return { schema: state.table(table)?.name.schema ?? homeSchema(state.catalog), name };
}

function written(state: ReleaseState, operation: Operation, name: QualifiedName): ReleaseState {
  const table = state.table(name);
  if (!table) return state;
  const reason = `The statement at ${readableSource(operation.statement.source)} changes rows of ${humanName(table.name)} before it`;
  return state.doubting({ columns: null, reason }, (each) => each === table);
}

function doubtAll(state: ReleaseState, operation: Operation, what: string): ReleaseState {
  const reason = `The statement at ${readableSource(operation.statement.source)} runs before it and ${what}`;
  return state.doubting({ columns: null, reason });
}
