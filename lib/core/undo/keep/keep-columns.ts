import type { ColumnObject } from "../../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { identifier } from "../../sql/quote.js";
import type { Statement } from "../../sql/statement.js";
import type { Kept } from "../inverse.js";
import { copyName, copyTable, dropCopy, keepCopy, restored, stored } from "./copy.js";
import { type Identity, identityColumns, identityOf, placedRows, rowsOf, sameRow, source } from "./identity.js";
import { type Made, reconvert } from "./reconvert.js";
import { withoutTriggers } from "./without-triggers.js";

/** A copy of column values, and the statements that put them back into columns of the same names and types. */
export interface KeptColumns {
  readonly kept: Kept;
  /** Run while the columns still have what the statement gave them: marks in the copy what was written since. */
  readonly forget: readonly string[];
  readonly restore: readonly string[];
}

/**
 * For columns that will be gone together with their values. All are restored at once: identical rows keep their values together. `going`: everything
 * that the statement takes from the table, none of which can identify a row again.
 */
export function keepColumns(
  statement: Statement,
  before: CatalogIndex,
  table: TableRef,
  columns: readonly ColumnObject[],
  going: readonly ColumnObject[],
): KeptColumns {
  const name = nameOf(statement, table, columns);
  const identity = identityOf(before, table, namesOf(going));
  const sets = columns.map((column) => `${identifier(column.id.name)} = ${restored(column, "k")}`);
  return {
    kept: keepCopy(name, rowsOf(before, table, identity, columns), table, statement, before),
    forget: [],
    restore: [...withoutTriggers(table, [fill(before, table, identity, sets, name)]), ...dropCopy(name)],
  };
}

/**
 * For columns whose values the statement converts: the copy holds the old values and, once the statement has run, the new ones. A value that was
 * written since is not overwritten. `gone`: columns that the statement also drops. `made`: how it made values that the way back can read again, by
 * column name.
 */
export function keepConverted(
  statement: Statement,
  before: CatalogIndex,
  table: TableRef,
  columns: readonly ColumnObject[],
  gone: readonly string[],
  made: ReadonlyMap<string, Made>,
): KeptColumns {
  const name = nameOf(statement, table, columns);
  const identity = identityOf(before, table, [...namesOf(columns), ...gone]);
  const copy = copyTable(name);
  const fresh = columns.map((_, at) => identifier(`$new${at}`));
  // The types differ by then, so the new values are kept and compared as text.
  const values = columns.map(({ id }, at) => `t.${identifier(id.name)}::text AS ${fresh[at]}`);
  const now = placedRows(before, table, identity, [], values);
  const same = sameRow(identity, "k", "n");
  const unchanged = fresh.map((column) => `${column} = (n.${column} IS NOT DISTINCT FROM k.${column})::text`);
  const sets = columns.map((column, at) => {
    const value = identifier(column.id.name);
    // A column that must have a value, but has none that could be converted, gets its old one.
    const missing = column.attributes.notNull ? ` OR t.${value} IS NULL` : "";
    return `${value} = CASE WHEN k.${fresh[at]} = 'true'${missing} THEN ${restored(column, "k")} ELSE t.${value} END`;
  });
  const kept = keepCopy(name, rowsOf(before, table, identity, columns), table, statement, before);
  const again = columns.flatMap((column, at) => {
    const how = made.get(column.id.name);
    return how ? [{ column, how, unchanged: fresh[at] ?? "", now: identifier(`$now${at}`) }] : [];
  });
  const noted = again.map((each) => `${each.now} = n.${each.unchanged}`);
  return {
    kept: {
      ...kept,
      after: [
        `ALTER TABLE ${copy} ${fresh.map((column) => `ADD COLUMN ${column} text`).join(", ")}`,
        `UPDATE ${copy} k SET ${fresh.map((column) => `${column} = n.${column}`).join(", ")} FROM (${now}) n WHERE ${same}`,
      ],
    },
    forget: [
      ...again.map((each) => `ALTER TABLE ${copy} ADD COLUMN ${each.now} text`),
      `UPDATE ${copy} k SET ${[...unchanged, ...noted].join(", ")} FROM (${now}) n WHERE ${same}`,
      ...(again.length > 0 ? [rowsSince(copy, identity, again, now)] : []),
    ],
    restore: [
      ...withoutTriggers(table, [
        ...again.map(({ column, how, ...each }) => reconvert(before, table, identity, column, how, { name, ...each })),
        fill(before, table, identity, sets, name),
      ]),
      ...dropCopy(name),
    ],
  };
}

/** Rows added since, which have no earlier value. */
function rowsSince(
  copy: string,
  identity: Identity,
  again: readonly { readonly unchanged: string; readonly now: string }[],
  now: string,
): string {
  const same = sameRow(identity, "k", "n");
  const list = [...identityColumns(identity), ...again.map((each) => each.now)].join(", ");
  const values = [...identityColumns(identity), ...again.map((each) => each.unchanged)].map((column) => `n.${column}`);
  return `INSERT INTO ${copy} (${list}) SELECT ${values.join(", ")} FROM (${now}) n WHERE NOT EXISTS (SELECT FROM ${copy} k WHERE ${same})`;
}

function namesOf(columns: readonly ColumnObject[]): readonly string[] {
  return columns.map(({ id }) => id.name);
}

function nameOf(statement: Statement, table: TableRef, columns: readonly ColumnObject[]): string {
  return copyName(statement, table, namesOf(columns).join(","));
}

export function fill(
  before: CatalogIndex,
  table: TableRef,
  identity: Identity,
  sets: readonly string[],
  name: string,
): string {
  const set = sets.join(", ");
  const target = source(before, table);
  if (identity.by === "key") {
    const match = identity.columns.map((key) => `${stored(key, "t")} = k.${identifier(key.id.name)}`).join(" AND ");
    return `UPDATE ${target} t SET ${set} FROM ${copyTable(name)} k WHERE ${match}`;
  }
  const placed = placedRows(before, table, identity, []);
  return `UPDATE ${target} t SET ${set} FROM ${copyTable(name)} k JOIN (${placed}) n ON ${sameRow(identity, "k", "n")}
    WHERE t.ctid = n."$at" AND t.tableoid = n."$in"`;
}
