import type { TableRef } from "../../catalog/lookup.js";
import type { TableLock } from "../../postgres/lock-modes.js";

/**
 * What is kept aside around one statement of a migration, in the migration's own transaction: `before` copies what the statement would destroy,
 * `after` reduces the copy to what it actually changed.
 */
export interface KeepAside {
  /** Index of the statement within the migration's up script. */
  readonly statement: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The locks that making the copies takes, until the commit. */
  readonly locks: readonly TableLock[];
  /** The copies by their names in the schema of kept data. */
  readonly tables: readonly string[];
  /** For each copy a query that returns one row with `bytes` and `rows`: its size before it is reduced. */
  readonly sizes: readonly string[];
}

/**
 * What the way back itself would destroy of what was written since the migration: kept before it runs, in its own transaction. `statement` is the
 * index of the way back's statement before which this is done.
 */
export interface SetAside extends KeepAside {
  /** What is taken away, by the names that the release gave it; `column` is null for a whole table. */
  readonly takes: readonly { readonly table: TableRef; readonly column: string | null }[];
  /** Run before the statement with that index: they change what an earlier type refuses. After the rows that the release itself had changed are back. */
  readonly fit: { readonly at: number; readonly statements: readonly string[] };
  readonly foretold: Foretold;
  /** Run when the migration runs again, before and after its statements, where the copy exists. */
  readonly again: { readonly copy: string; readonly before: readonly string[]; readonly after: readonly string[] };
}

/** What setting aside does to a tenant's own rows, for whoever counts beforehand which rows would stop a way back. */
export interface Foretold {
  /** Statements without conditions, around the way back. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Columns (`public.orders.price`) whose values are replaced, on trial, if the earlier type refuses them: that stops nothing. */
  readonly replaced: readonly string[];
}

export const NO_FIT: SetAside["fit"] = { at: 0, statements: [] };

export const NOTHING_FORETOLD: Foretold = { before: [], after: [], replaced: [] };

/** What a way back would set aside, counted while the whole release is in place: before the first migration is undone. */
export interface WrittenSince {
  readonly table: TableRef;
  /** Null for a whole table. */
  readonly columns: readonly string[] | null;
  /** A query that returns one row with `bytes` and `rows`. */
  readonly size: string;
}

export function writtenSince(aside: readonly SetAside[]): readonly WrittenSince[] {
  return aside.flatMap(({ takes: [first, ...others], sizes: [size] }) => {
    if (!first || size === undefined) return [];
    const columns = [first, ...others].flatMap(({ column }) => column ?? []);
    return [{ table: first.table, columns: first.column === null ? null : columns, size }];
  });
}
