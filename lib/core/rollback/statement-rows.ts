import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { sameTable } from "../catalog/tables.js";
import type { Operation } from "../operations/index.js";
import { emptiedBy, restartedBy, type Truncate } from "../operations/kinds/truncate.js";
import { resolveTable } from "../operations/resolve.js";
import type { Statement } from "../sql/statement.js";
import type { Inverse } from "../undo/inverse.js";
import { cascadesFrom } from "../undo/keep/undo-rows.js";
import type { Created } from "./created.js";

/** One statement of a migration, and its context. */
export interface Part {
  readonly statement: Statement;
  /** The statement before it in the migration. */
  readonly earlier: Statement | null;
  readonly index: CatalogIndex;
  /** The schema after the statement, when it was seen. */
  readonly next: CatalogIndex | null;
  readonly written: readonly TableRef[] | null;
  readonly created: Created;
  /** What the migration added with its own tables and columns is already taken off. */
  readonly releasing: boolean;
}

export function writes(operation: Operation): boolean {
  return operation.kind === "write-rows" || operation.kind === "truncate";
}

/**
 * The tables whose rows must be kept: those that the dry run saw change, otherwise those that the statement names. Tables that the migration created,
 * and those whose columns the same statement dropped or converted, are left to their own inverses.
 */
export function rowTables(
  part: Part,
  operations: readonly Operation[],
  needed: readonly Operation[],
): readonly TableRef[] {
  if (operations.some(writes) && !needed.some(writes) && writesWhatItNames(part, operations)) return [];
  const named = needed.flatMap((operation) =>
    operation.kind === "truncate"
      ? emptiedBy(operation, part.index)
      : operation.kind === "write-rows" && operation.change !== "insert"
        ? cascadesFrom(resolveTable(operation.table, part.index), part.index)
        : operation.kind === "write-rows"
          ? [resolveTable(operation.table, part.index)]
          : [],
  );
  const truncated = needed.some((operation) => operation.kind === "truncate");
  const tables = part.written === null ? named : truncated ? [...part.written, ...named] : part.written;
  const distinct = tables.filter((table, at) => tables.findIndex((other) => sameTable(other, table)) === at);
  return distinct.filter((table) => {
    if (!part.index.table(table) || part.created.hasTable(table)) return false;
    return part.next === null || hasColumnsOf(table, part.index, part.next);
  });
}

/** Whether no trigger or rule also wrote to another table. */
function writesWhatItNames({ written, index }: Part, operations: readonly Operation[]): boolean {
  const named = operations.flatMap((operation) =>
    operation.kind === "write-rows" ? [resolveTable(operation.table, index)] : [],
  );
  return (written ?? []).every((table) => named.some((each) => sameTable(each, table)));
}

function hasColumnsOf(table: TableRef, before: CatalogIndex, after: CatalogIndex): boolean {
  return before
    .columns(table)
    .every(({ id, attributes }) => after.column(table, id.name)?.attributes.type === attributes.type);
}

export function setAgain(operation: Truncate, index: CatalogIndex): Inverse {
  const { keep, restore } = restartedBy(operation, index);
  return { class: "lossy", statements: restore, losses: [], keep };
}
