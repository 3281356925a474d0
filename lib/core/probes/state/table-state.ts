import type { TableRef } from "../../catalog/lookup.js";
import type { ConstraintSpec } from "../../operations/index.js";
import type { EnforcedConstraint } from "./constraints.js";
import type { Rows } from "./rows.js";

/** A column at a moment of the release. */
export interface ColumnState {
  readonly name: string;
  readonly type: string;
  readonly collation: string | null;
  readonly notNull: boolean;
  /** SQL text; null for none. */
  readonly default: string | null;
  readonly generated: boolean;
  /** True for an identity column: each row gets a different number. */
  readonly numbered: boolean;
  /** The tenant's present name for it, as long as its values are the tenant's present ones; otherwise null. */
  readonly origin: string | null;
  /** The tenant's present name for it, whatever the release does to its values; null for one that the release creates. */
  readonly stood: string | null;
}

/** Why the rows at this moment cannot be computed from the present rows. */
export interface Uncertainty {
  /** The columns that may have other values; null when rows may be added, removed or changed in any way. */
  readonly columns: readonly string[] | null;
  /** A full sentence without the final full stop. */
  readonly reason: string;
}

/** A table at a moment of the release. */
export interface TableState {
  readonly name: TableRef;
  /** The tenant's table that it comes from; null when the release creates it. */
  readonly origin: TableRef | null;
  readonly columns: readonly ColumnState[];
  /** Columns of the primary key, or of another key without NULLs; empty when there is none. */
  readonly key: readonly string[];
  /** Rows of the table and of its children. */
  readonly rows: Rows;
  /** Its own rows, to which the keys and foreign keys of an inheritance parent apply. */
  readonly ownRows: Rows;
  readonly uncertainties: readonly Uncertainty[];
  /** Indexes by name, with their key columns; expressions left out. */
  readonly indexes: readonly { readonly name: string; readonly columns: readonly string[] }[];
  /** Constraints that existing rows were not checked against, and that a VALIDATE may name. */
  readonly pending: readonly ConstraintSpec[];
  /** Constraints and unique indexes, once the release changes them; null while they are the catalog's. */
  readonly constraints: readonly EnforcedConstraint[] | null;
  /** `RANGE (a, b)` for a partitioned table; otherwise null. */
  readonly partitionKey: string | null;
  /** What it is a partition of. */
  readonly partitionOf: { readonly parent: TableRef; readonly bound: string } | null;
  /** True as long as no statement of the release added or removed rows. */
  readonly sameRows: boolean;
}

/** True for a column that may hold NULLs now: under a NOT NULL that is not validated, earlier ones remain. */
export function mayHoldNulls(table: TableState, { name, notNull }: ColumnState): boolean {
  return !notNull || table.pending.some((each) => each.type === "not null" && each.column === name);
}

export function columnOf(table: TableState, name: string): ColumnState | undefined {
  return table.columns.find((column) => column.name === name);
}

/** The first reason why these columns may hold other values than computed; null when there is none. */
export function uncertaintyOf(table: TableState, columns: readonly string[]): string | null {
  const found = table.uncertainties.find(
    (uncertainty) => uncertainty.columns === null || uncertainty.columns.some((column) => columns.includes(column)),
  );
  return found?.reason ?? null;
}

/** The tenant's present names for these columns; null when the release creates or changes one of them. */
export function originColumns(table: TableState, columns: readonly string[]): readonly string[] | null {
  const origins = columns.map((name) => columnOf(table, name)?.origin ?? null);
  return origins.every((origin) => origin !== null) ? origins : null;
}

/** The columns that some SQL may name but that the table lacks at this moment. */
export function missingColumns(table: TableState, columns: readonly string[]): readonly string[] {
  return columns.filter((name) => !columnOf(table, name));
}
