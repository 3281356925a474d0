import { humanName } from "../../catalog/names.js";
import { constraintName } from "../../operations/default-names.js";
import {
  type AddConstraint,
  type ConstraintSpec,
  isUnfollowed,
  type Keeping,
  type Operation,
} from "../../operations/index.js";
import { homeSchema } from "../../operations/resolve.js";
import { isParsed, parseStatement } from "../../sql/parse.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import type { Statement } from "../../sql/statement.js";
import { readableSource } from "../support/readable-source.js";
import { makeUncertain } from "./consequences.js";
import { withConstraint, withoutConstraint, withRenamedConstraint } from "./constraints.js";
import { droppedWith } from "./dropped-with.js";
import { attached, detached, movedTable } from "./partitions.js";
import type { ReleaseState } from "./release-state.js";
import {
  addedColumn,
  columnState,
  convertedColumn,
  createdTable,
  droppedColumn,
  recomputedColumn,
  renamedColumn,
  withColumn,
} from "./reshape.js";
import { called, opaque, refreshed, rehung, truncated, written } from "./rows-after.js";
import type { TableState } from "./table-state.js";

/** The tables after an operation, given those before it. */
export function advance(state: ReleaseState, operation: Operation): ReleaseState {
  const gone = droppedWith(state, operation);
  return advanced(
    gone.reduce((next, each) => next.withGone(each), state),
    operation,
  );
}

/** Those that change only the table that they name. */
type TableChange = Extract<
  Exclude<Operation, Keeping<"tables">>,
  { readonly table: QualifiedName; readonly kind: `${"add" | "drop" | "set" | "alter" | "rename"}-${string}` }
>;

function advanced(state: ReleaseState, operation: Operation): ReleaseState {
  if (isUnfollowed(operation)) return opaque(state, operation);
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
    case "attach-partition":
      return operation.of === "table" ? attached(state, operation) : state;
    case "detach-partition":
      return detached(state, operation);
    case "refresh-view":
      return refreshed(state, operation);
    case "alter-domain":
      return state.withAltered(operation.domain.name);
    case "write-rows":
      return written(state, operation);
    case "truncate":
      return truncated(state, operation);
    case "query":
      return called(state, operation);
    case "create-object":
      return madeObject(state, operation);
    case "rename-object":
      return renamedObject(state, operation);
    case "add-column":
    case "drop-column":
    case "rename-column":
    case "alter-column-type":
    case "set-not-null":
    case "drop-not-null":
    case "set-default":
    case "set-expression":
    case "add-constraint":
    case "drop-constraint":
    case "rename-constraint":
    case "rename-table":
    case "drop-table":
    case "set-table-option":
      return changeTable(state, operation);
    default:
      operation satisfies Keeping<"tables">;
      return state;
  }
}

function changeTable(state: ReleaseState, operation: TableChange): ReleaseState {
  const name = operation.table;
  const table = state.table(name);
  if (!table) return state;
  switch (operation.kind) {
    case "add-column": {
      const { column, ifNotExists } = operation;
      if (ifNotExists && table.columns.some((each) => each.name === column.name)) return state;
      const added = addedColumn(state, table, column);
      return column.constraints.reduce(
        (last, constraint) => addedConstraint(last, { ...operation, kind: "add-constraint", constraint }),
        withPending(added, name, column.constraints),
      );
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
    case "set-expression":
      return operation.expression === null
        ? withColumn(state, table, operation.column, { generated: false })
        : recomputedColumn(state, table, operation.column, operation.expression);
    case "add-constraint":
      return withPending(addedConstraint(state, operation), name, [operation.constraint]);
    case "drop-constraint":
      return state.with(withoutConstraint(state, table, operation.constraint));
    case "rename-constraint":
      return state.with(withRenamedConstraint(state, table, operation.constraint, operation.to));
    case "rename-table":
      return movedTable(state, table, { ...table.name, name: operation.to });
    case "drop-table":
      return state.without(table.name);
    case "set-table-option":
      return rehung(state, operation);
  }
}

/** The table with the constraint; one that takes over an index is already there as the index. */
function addedConstraint(state: ReleaseState, operation: AddConstraint): ReleaseState {
  const table = state.table(operation.table);
  if (!table) return state;
  const { constraint } = operation;
  const key = primaryKeyOf([constraint], table) ?? table.key;
  const named = { ...constraint, name: constraint.name ?? constraintName(constraint, table.name, state.catalog) };
  const takesOver = "usingIndex" in constraint && constraint.usingIndex !== null;
  const made = takesOver ? table : withConstraint(state, table, { ...operation, constraint: named });
  return state.with({ ...made, key });
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
  const made = createdTable(state, name, columns, primaryKeyOf(constraints, null) ?? []);
  const table = made.table(name);
  if (!table) return made;
  const parent = operation.partitionOf && state.table(operation.partitionOf.parent);
  const partitionOf = parent ? { parent: parent.name, bound: operation.partitionOf?.bound ?? "" } : null;
  const { statement, transactionality, partitionKey } = operation;
  const enforced = constraints.map(
    (constraint) => ({ kind: "add-constraint", table: name, constraint, statement, transactionality }) as const,
  );
  return made.with({ ...table, partitionKey, partitionOf, constraints: enforced });
}

function primaryKeyOf(constraints: readonly ConstraintSpec[], table: TableState | null): readonly string[] | null {
  const found = constraints.find((each) => each.type === "primary key");
  if (found?.type !== "primary key") return null;
  if (found.usingIndex === null) return found.columns;
  return table?.indexes.find(({ name }) => name === found.usingIndex)?.columns ?? null;
}

/** Its columns follow from a query; what is on it later is uncertain. */
function createTableAs(state: ReleaseState, operation: Operation & { kind: "create-table-as" }): ReleaseState {
  const name = { schema: operation.table.schema ?? homeSchema(state.catalog), name: operation.table.name };
  if (operation.ifNotExists && state.hasRelation(name)) return state;
  const reason = `The statement at ${readableSource(operation.statement.source)} fills ${humanName(name)} from a query before it`;
  return makeUncertain(createdTable(state, name, []), reason, [name]);
}

/** What is on a table is found through its table; nothing needs an index under its own name. */
function renamedObject(state: ReleaseState, operation: Operation & { kind: "rename-object" }): ReleaseState {
  if (operation.table !== null || operation.objectKind === "index") return state;
  const from = { schema: operation.name.schema ?? homeSchema(state.catalog), name: operation.name.name };
  const renamed = state.withRenamed(from, { ...from, name: operation.to });
  const isType = operation.objectKind === "type" || operation.objectKind === "domain";
  return isType ? renamed.withAltered(operation.name.name).withAltered(operation.to) : renamed;
}

function setSchema(state: ReleaseState, operation: Operation & { kind: "set-schema" }): ReleaseState {
  const table = operation.objectKind === "table" ? state.table(operation.name) : undefined;
  if (!table) {
    const from = { schema: operation.name.schema ?? homeSchema(state.catalog), name: operation.name.name };
    return operation.objectKind === "table" ? state : state.withRenamed(from, { ...from, schema: operation.to });
  }
  return movedTable(state, table, { schema: operation.to, name: table.name.name });
}

function createIndex(state: ReleaseState, operation: Operation & { kind: "create-index" }): ReleaseState {
  const table = state.table(operation.table);
  const { name } = operation;
  if (!table) return state;
  const made = operation.unique ? withConstraint(state, table, operation) : table;
  if (name === null) return state.with(made);
  const columns = operation.keys.flatMap(({ column }) => (column === null ? [] : [column]));
  const indexes = [...table.indexes, { name, columns }];
  return state.with({ ...made, indexes }).withRelation({ schema: table.name.schema, name });
}

/** Types that the release creates. */
function madeObject(state: ReleaseState, operation: Operation & { kind: "create-object" }): ReleaseState {
  if (operation.objectKind !== "type" && operation.objectKind !== "domain") return state;
  return state.withType(operation.name.name, enumLabels(operation.statement));
}

function enumLabels(statement: Statement): readonly string[] | null {
  const parsed = parseStatement(statement);
  if (!isParsed(parsed) || !("CreateEnumStmt" in parsed.node)) return null;
  return (parsed.node.CreateEnumStmt.vals ?? []).flatMap((node) => ("String" in node ? [node.String.sval ?? ""] : []));
}
