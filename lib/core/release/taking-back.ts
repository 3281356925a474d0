import type { AnyStatement } from "../migration/script.js";
import type { Operation } from "../operations/kinds/index.js";
import { operationsOf } from "../operations/operations-of.js";
import type { QualifiedName } from "../sql/qualified-name.js";

/** The first statement that drops or deletes what the script does not itself create; null when there is none. */
export function takesAway(statements: readonly AnyStatement[]): AnyStatement | null {
  const operations = statements.map((statement) => ({ statement, changes: operationsOf(statement) }));
  const own = new Set(operations.flatMap(({ changes }) => changes.flatMap(madeBy)));
  const taking = operations.find(({ changes }) =>
    changes.some((change) => takenBy(change).some((keys) => !keys.some((key) => own.has(key)))),
  );
  return taking?.statement ?? null;
}

/** Whether a statement removes a table with its rows, or an object that is no part of one. */
export function removesWhole(statement: AnyStatement): boolean {
  return operationsOf(statement).some(
    (change) =>
      change.kind === "drop-table" || change.kind === "truncate" || (change.kind === "drop-object" && !change.table),
  );
}

/** The first statement that sets something back to what it was before an earlier one; null when there is none. */
export function undoesEarlier(
  statements: readonly AnyStatement[],
  earlier: readonly AnyStatement[],
): AnyStatement | null {
  const undone = new Set(earlier.flatMap(operationsOf).flatMap(undoneBy));
  return (
    statements.find((statement) =>
      operationsOf(statement)
        .flatMap(doneBy)
        .some((key) => undone.has(key)),
    ) ?? null
  );
}

/** Whether a script creates something that no earlier one created, so that it does not only go back. */
export function createsNew(statements: readonly AnyStatement[], earlier: readonly AnyStatement[]): boolean {
  const known = new Set(earlier.flatMap(operationsOf).flatMap((each) => [...madeBy(each), ...takenBy(each).flat()]));
  return statements.flatMap(operationsOf).some((each) => madeBy(each).some((key) => !known.has(key)));
}

function madeBy(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case "create-table":
    case "create-table-as":
      return [table(operation.table)];
    case "add-column":
      return [column(operation.table, operation.column.name)];
    case "create-index":
      return operation.name === null ? [] : [`index ${operation.name}`];
    case "add-constraint":
      return operation.constraint.name === null ? [] : [constraint(operation.table, operation.constraint.name)];
    case "create-object":
      return [object(operation.objectKind, operation.name)];
    default:
      return [];
  }
}

/** What an operation takes away: each with the objects whose creation in the same script makes that harmless. */
function takenBy(operation: Operation): readonly (readonly string[])[] {
  switch (operation.kind) {
    case "drop-table":
    case "truncate":
      return [[table(operation.table)]];
    case "write-rows":
      return operation.change === "delete" ? [[table(operation.table)]] : [];
    case "drop-column":
      return [[table(operation.table), column(operation.table, operation.column)]];
    case "drop-constraint":
      return [[table(operation.table), constraint(operation.table, operation.constraint)]];
    case "drop-index":
      return [[`index ${operation.index.name}`]];
    case "drop-object":
      return [[object(operation.objectKind, operation.name), ...(operation.table ? [table(operation.table)] : [])]];
    case "detach-partition":
      return [[table(operation.partition)]];
    default:
      return [];
  }
}

/** What an operation does, in the words of `undoneBy`. */
function doneBy(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case "create-table":
      return [`create ${table(operation.table)}`];
    case "add-column":
      return [`create ${column(operation.table, operation.column.name)}`];
    case "rename-table":
      return [renamed("table", operation.table.name, operation.to)];
    case "rename-column":
      return [renamed(`column ${operation.table.name}`, operation.column, operation.to)];
    case "rename-object":
      return [renamed(operation.objectKind, operation.name.name, operation.to)];
    case "alter-column-type":
    case "set-not-null":
    case "drop-not-null":
      return [`${operation.kind} ${column(operation.table, operation.column)}`];
    default:
      return [];
  }
}

/** What would set back what an operation did. */
function undoneBy(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case "drop-table":
      return [`create ${table(operation.table)}`];
    case "drop-column":
      return [`create ${column(operation.table, operation.column)}`];
    case "rename-table":
      return [renamed("table", operation.to, operation.table.name)];
    case "rename-column":
      return [renamed(`column ${operation.table.name}`, operation.to, operation.column)];
    case "rename-object":
      return [renamed(operation.objectKind, operation.to, operation.name.name)];
    case "alter-column-type":
      return [`alter-column-type ${column(operation.table, operation.column)}`];
    case "set-not-null":
      return [`drop-not-null ${column(operation.table, operation.column)}`];
    case "drop-not-null":
      return [`set-not-null ${column(operation.table, operation.column)}`];
    default:
      return [];
  }
}

// A schema may be written in one script and left out in the other.
const table = ({ name }: QualifiedName) => `table ${name}`;
const column = (of: QualifiedName, name: string) => `column ${of.name}.${name}`;
const constraint = (of: QualifiedName, name: string) => `constraint ${of.name}.${name}`;
const object = (kind: string, { name }: QualifiedName) => `${kind} ${name}`;
const renamed = (kind: string, from: string, to: string) => `rename ${kind}: ${from} to ${to}`;
