import type { ColumnObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { identifier } from "../sql/quote.js";
import type { Statement } from "../sql/statement.js";
import { copyName, stored, storedAs } from "../undo/keep/copy.js";
import { type Identity, identityOf } from "../undo/keep/identity.js";
import type { Shape } from "./statement-shape.js";

/** One copy, with a row for each written row: as it was, or for an INSERT as it became. */
export interface KeptForm {
  readonly copy: string;
  readonly identity: Identity;
  /** For an UPDATE the key and what may change; for the others everything except generated columns. */
  readonly columns: readonly ColumnObject[];
  /** Columns of an UPDATE whose new value is kept as well, which identifies a row that was written since. */
  readonly changed: readonly ColumnObject[];
}

/** Null where the rows could not be found again. */
export function keptForm(
  statement: Statement,
  before: CatalogIndex,
  { verb, sets }: Pick<Shape, "verb" | "sets">,
  written: TableRef,
  key: readonly ColumnObject[],
): KeptForm | null {
  const identity: Identity = verb === "insert" ? identityOf(before, written) : { by: "key", columns: key };
  if (identity.by !== "key") return null;
  // By name: tables of the same columns in another order have the same copy.
  const all = before
    .columns(written)
    .filter(({ attributes }) => attributes.generated === "")
    .sort((a, b) => (a.id.name < b.id.name ? -1 : 1));
  const copy = copyName(statement, written);
  if (verb !== "update") return { copy, identity, columns: all, changed: [] };
  // A trigger may change columns that the statement does not name.
  const triggered = before.triggers(written).length > 0;
  const mayChange = ({ id, attributes }: ColumnObject) =>
    sets.includes(id.name) || (triggered && attributes.identity !== "a");
  const changed = all.filter((column) => mayChange(column) && !key.includes(column));
  return { copy, identity, columns: [...key, ...changed], changed };
}

/** Name of the new value of `changed[at]` in the copy. */
export function newName(at: number): string {
  return identifier(`$new_${at + 1}`);
}

/** Every column of the copy, in order. */
export function keptNames({ columns, changed }: KeptForm): readonly string[] {
  return [...columns.map(({ id }) => identifier(id.name)), ...changed.map((_, at) => newName(at))];
}

/** The values of the copy's columns, in order: `was` and `is` are the row before and after. */
export function keptValues({ columns, changed }: KeptForm, was: string, is: string): readonly string[] {
  return [
    ...columns.map((column) => storedAs(column, was)),
    ...changed.map((column, at) => `${stored(column, is)} AS ${newName(at)}`),
  ];
}
