import { humanName } from "../../catalog/names.js";
import type { QualifiedName } from "../../contract/contract.js";
import { constraintName } from "../../operations/default-names.js";
import { type ConstraintSpec, type Operation, operationsOfText } from "../../operations/index.js";
import { homeSchema, sameTable } from "../../operations/resolve.js";
import { isParsed, parseStatement } from "../../sql/parse.js";
import { qualified } from "../../sql/quote.js";
import type { Statement } from "../../sql/statement.js";
import { readableSource } from "../support/readable-source.js";
import { composedWrite } from "./composed-write.js";
import { callsOwnFunction, consequencesOf, referencing, relatives, type Written, writtenBy } from "./consequences.js";
import { NotForetold } from "./map-tables.js";
import type { ReleaseState } from "./release-state.js";
import {
  addedColumn,
  columnState,
  convertedColumn,
  createdTable,
  droppedColumn,
  emptiedTable,
  renamedColumn,
  withColumn,
} from "./reshape.js";
import type { TableState } from "./table-state.js";

/** The tables after an operation, given those before it. */
export function advance(state: ReleaseState, operation: Operation): ReleaseState {
  switch (operation.kind) {
    case "create-table":
      return createTable(state, operation);
    case "create-table-as":
      return createTableAs(state, operation);
    case "set-schema":
      return setSchema(state, operation);
    case "create-index":
      return createIndex(state, operation);
    case "drop-index":
      return state.withoutRelation({
        schema: operation.index.schema ?? homeSchema(state.catalog),
        name: operation.index.name,
      });
    case "write-rows":
      return written(state, operation);
    case "truncate":
      return truncated(state, operation);
    case "opaque":
      return opaque(state, operation);
    case "query":
      return called(state, operation);
    case "create-object":
    case "drop-object":
      return otherObject(state, operation);
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
    case "add-constraint": {
      const key = primaryKeyOf([operation.constraint]) ?? table.key;
      return withPending(state.with({ ...table, key }), name, [operation.constraint]);
    }
    case "rename-constraint": {
      const { constraint, to } = operation;
      const pending = table.pending.map((each) => (each.name === constraint ? { ...each, name: to } : each));
      return state.with({ ...table, pending });
    }
    case "rename-table":
      return state.without(table.name).with({ ...table, name: { ...table.name, name: operation.to } });
    case "drop-table":
      return state.without(table.name).withGone(qualified(table.name.schema, table.name.name));
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
  const sources = [
    ...operation.inherits,
    ...(operation.partitionOf ? [operation.partitionOf.parent] : []),
    ...operation.like,
  ];
  const columns = [
    ...sources.flatMap((source) => state.table(source)?.columns ?? []),
    ...operation.columns.map((spec) => columnState(state, spec)),
  ];
  const constraints = [...operation.constraints, ...operation.columns.flatMap((column) => column.constraints)];
  return createdTable(state, name, columns, primaryKeyOf(constraints) ?? []);
}

function primaryKeyOf(constraints: readonly ConstraintSpec[]): readonly string[] | null {
  const found = constraints.find((each) => each.type === "primary key");
  return found?.type === "primary key" && found.usingIndex === null ? found.columns : null;
}

/** Its columns follow from a query; what stands on it later is in doubt. */
function createTableAs(state: ReleaseState, operation: Operation & { kind: "create-table-as" }): ReleaseState {
  const name = { schema: operation.table.schema ?? homeSchema(state.catalog), name: operation.table.name };
  if (operation.ifNotExists && state.hasRelation(name)) return state;
  const reason = `The statement at ${readableSource(operation.statement.source)} fills ${humanName(name)} from a query before it`;
  return doubtSome(createdTable(state, name, []), reason, [name]);
}

function setSchema(state: ReleaseState, operation: Operation & { kind: "set-schema" }): ReleaseState {
  const table = operation.objectKind === "table" ? state.table(operation.name) : undefined;
  if (!table) return state;
  return state.without(table.name).with({ ...table, name: { schema: operation.to, name: table.name.name } });
}

function createIndex(state: ReleaseState, operation: Operation & { kind: "create-index" }): ReleaseState {
  const table = state.table(operation.table);
  const { name } = operation;
  if (!table || name === null) return state;
  const columns = operation.keys.flatMap(({ column }) => (column === null ? [] : [column]));
  const indexes = [...table.indexes, { name, columns }];
  return state.with({ ...table, indexes }).withRelation({ schema: table.name.schema, name });
}

/** Types of the release's own, and what it drops. */
function otherObject(state: ReleaseState, operation: Operation): ReleaseState {
  if (operation.kind === "create-object" && (operation.objectKind === "type" || operation.objectKind === "domain")) {
    return state.withType(operation.name.name, enumLabels(operation.statement));
  }
  if (operation.kind !== "drop-object") return state;
  return state.withGone(qualified(operation.name.schema ?? homeSchema(state.catalog), operation.name.name));
}

function enumLabels(statement: Statement): readonly string[] | null {
  const parsed = parseStatement(statement);
  if (!isParsed(parsed) || !("CreateEnumStmt" in parsed.node)) return null;
  return (parsed.node.CreateEnumStmt.vals ?? []).flatMap((node) => ("String" in node ? [node.String.sval ?? ""] : []));
}

/** The rows after a write: computed where the statement allows it, else in doubt; what it sets off is in doubt too. */
function written(state: ReleaseState, operation: Operation & { kind: "write-rows" }): ReleaseState {
  const table = state.table(operation.table);
  if (!table) return state;
  const place = readableSource(operation.statement.source);
  const { own, others } = consequencesOf(state, table, !["insert", "copy"].includes(operation.change));
  const reason = `The statement at ${place} changes rows of ${humanName(table.name)} before it`;
  const after = own ? doubtSome(state, reason, [table.name]) : computed(state, table, operation, reason);
  return doubtSome(after, `${reason}, which changes these rows too`, others);
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
    return doubtSome(state, reason, [table.name]);
  }
}

function truncated(state: ReleaseState, operation: Operation & { kind: "truncate" }): ReleaseState {
  const table = state.table(operation.table);
  if (!table) return state;
  const emptied = emptiedTable(state, table);
  if (!table.origin) return emptied;
  const others = [...relatives(state, table.origin), ...(operation.cascade ? referencing(state, table.origin) : [])];
  const place = readableSource(operation.statement.source);
  return doubtSome(emptied, `The statement at ${place} empties tables before it`, others);
}

function doubtSome(state: ReleaseState, reason: string, which: Written): ReleaseState {
  return state.doubting(
    { columns: null, reason },
    (table) => which === "any" || which.some((each) => sameTable(each, table.origin ?? table.name)),
  );
}

/** Code whose effect is not an operation: what it may write is in doubt. */
function opaque(state: ReleaseState, operation: Operation): ReleaseState {
  const parsed = parseStatement(operation.statement);
  const reason = `The statement at ${readableSource(operation.statement.source)} runs code before it that may change these rows`;
  return doubtSome(state, reason, isParsed(parsed) && "DoStmt" in parsed.node ? writtenBy(state, parsed) : "any");
}

function called(state: ReleaseState, operation: Operation & { kind: "query" }): ReleaseState {
  if (!callsOwnFunction(state, operation.functions)) return state;
  return opaque(state, operation);
}
