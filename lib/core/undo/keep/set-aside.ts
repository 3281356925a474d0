import type { ColumnObject } from "../../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { type Fit, fitOf } from "../../postgres/fits.js";
import { identifier } from "../../sql/quote.js";
import type { Statement } from "../../sql/statement.js";
import { sqlName } from "../inverses.js";
import { NO_FIT, NOTHING_FORETOLD, type SetAside } from "./aside.js";
import { constantDefault } from "./constant-default.js";
import { copyName, copySize, copyTable, dropWhenEmpty, keepCopy, keepEarlier, restored, stored } from "./copy.js";
import { filledAfterwards, fitValues, foretoldFits } from "./fit-values.js";
import { type Identity, identityColumns, identityOf, placedRows, rowsOf, sameRow, source } from "./identity.js";
import { fill } from "./keep-columns.js";
import { withoutTriggers } from "./without-triggers.js";

/** A column that the way back returns to another type. */
export interface Retyped {
  readonly column: ColumnObject;
  /** Its type after the way back. */
  readonly type: string;
  /** That type's labels, when it is an enum. */
  readonly labels: readonly string[] | null;
  /** Whether a value of that type can be cast to the column's present type. */
  readonly castsAgain: boolean;
  /** The release converts it with an expression of its own, or the expression is unknown: only the copy can give a value back, including NULL. */
  readonly computed: boolean;
  /** How the way back converts a value, as SQL over it, where it uses more than a cast. */
  readonly turned: ((value: string) => string) | null;
  /** After the way back it must have a value: its name then, whether it has a default, and the statement that makes it required again. */
  readonly required: { readonly name: string; readonly hasDefault: boolean; readonly again: string } | null;
}

/** What a way back takes from a table that stays: `table` and the columns have the names that the release gave them. */
export interface TakenColumns {
  readonly table: TableRef;
  readonly gone: readonly ColumnObject[];
  readonly retyped: readonly Retyped[];
  /** The migration writes rows: it would refill a column that somebody has emptied since, or set back to its default. */
  readonly fills: boolean;
  /** The way back is one of ours, whose conversions are known. */
  readonly ours: boolean;
  /** Index of the way back's statement before which values must fit, by the names that they have until then. */
  readonly fitAt: number;
  /** Names after the way back: the table's, and the columns' by their present names. */
  readonly back: { readonly table: TableRef; readonly columns: ReadonlyMap<string, string> };
}

/** What the copy holds besides the values: the row after the way back, and whether it was still like that when the release ran again. */
const WAS = identifier("$was");
const STANDING = identifier("$standing");
const SINCE = identifier("$since");

/**
 * Keeps the values that a way back would take from columns: those that differ from what the column would have anyway, or that its old type lacks.
 * Once the release runs again they return to their rows: a value that the release has by then filled in differently, from a row that was changed in
 * between, stays as it is, and the kept one stays in the copy.
 */
export function setColumnsAside(statement: Statement, taken: TakenColumns, index: CatalogIndex, at: number): SetAside {
  const values = new TakenValues(statement, taken, index);
  const { table } = taken;
  const kept = keepCopy(values.name, values.rows(), table, statement, index);
  return {
    statement: at,
    before: [...keepEarlier(values.name), ...kept.before],
    after: values.noteWhatCameBack(),
    locks: kept.locks,
    tables: [values.name],
    sizes: [copySize(kept.rows)],
    takes: values.columns.map(({ id }) => ({ table, column: id.name })),
    fit: { at: taken.fitAt, statements: values.makeFit() },
    foretold: foretoldFits(index, table, taken.retyped, taken.back.table),
    again: { copy: values.name, before: values.noteWhatStands(), after: values.restoreSetAside() },
  };
}

class TakenValues {
  readonly name: string;
  private readonly identity: Identity;
  readonly columns: readonly ColumnObject[];
  private readonly copy: string;

  constructor(
    statement: Statement,
    private readonly taken: TakenColumns,
    private readonly index: CatalogIndex,
  ) {
    const { table, gone, retyped } = taken;
    this.columns = [...gone, ...retyped.map(({ column }) => column)];
    const names = this.columns.map(({ id }) => id.name);
    this.name = copyName(statement, table, `since ${names.join(",")}`);
    this.copy = copyTable(this.name);
    this.identity = identityOf(index, table, names);
  }

  /** Rows that would lose something. */
  rows(): string {
    const { gone, retyped, fills } = this.taken;
    const wanted = [...gone.map(fills ? () => "true" : isWritten), ...retyped.map(isLost)].join(" OR ");
    const all = rowsOf(this.index, this.taken.table, this.identity, this.columns, [`(${wanted}) AS ${SINCE}`]);
    const list = [...identityColumns(this.identity), ...this.columns.map(({ id }) => identifier(id.name))];
    return `SELECT ${list.map((column) => `q.${column}`).join(", ")} FROM (${all}) q WHERE q.${SINCE}`;
  }

  /** What the old type would refuse is in the copy, so that the conversion does not fail because of it. */
  makeFit(): readonly string[] {
    return fitValues(this.index, this.taken.table, this.taken.retyped, this.taken.ours);
  }

  /** After the way back, by the names of that time. */
  noteWhatCameBack(): readonly string[] {
    const { gone, retyped } = this.taken;
    const added = [
      `${WAS} text`,
      `${STANDING} boolean`,
      ...retyped.flatMap((_, at) => [`${came(at)} text`, `${stood(at)} boolean`]),
    ];
    const sets = [`${WAS} = n.${WAS}`, ...retyped.map((_, at) => `${came(at)} = n.${came(at)}`)];
    const unchanged = retyped.map(({ column, type, castsAgain, computed }, at) => {
      if (computed) return "false";
      const own = column.attributes.type.includes(".");
      const again = castsAgain && !own ? `k.${came(at)}::${type}::${column.attributes.type}::text` : `k.${came(at)}`;
      return `k.${identifier(column.id.name)}::text IS NOT DISTINCT FROM ${again}`;
    });
    return [
      ...filledAfterwards(this.taken.back.table, retyped),
      `ALTER TABLE ${this.copy} ${added.map((column) => `ADD COLUMN ${column}`).join(", ")}`,
      `UPDATE ${this.copy} k SET ${sets.join(", ")} FROM (${this.backRows()}) n WHERE ${sameRow(this.identity, "k", "n")}`,
      ...(gone.length === 0 ? [`DELETE FROM ${this.copy} k WHERE ${unchanged.join(" AND ")}`] : []),
      ...dropWhenEmpty(this.name),
    ];
  }

  noteWhatStands(): readonly string[] {
    const sets = [
      `${STANDING} = (k.${WAS} = n.${WAS})`,
      ...this.taken.retyped.map((_, at) => `${stood(at)} = (k.${came(at)} IS NOT DISTINCT FROM n.${came(at)})`),
    ];
    return [
      `UPDATE ${this.copy} k SET ${sets.join(", ")} FROM (${this.backRows()}) n WHERE ${sameRow(this.identity, "k", "n")}`,
    ];
  }

  restoreSetAside(): readonly string[] {
    const { table, gone, retyped } = this.taken;
    const set = (column: ColumnObject, when: string) => {
      const name = identifier(column.id.name);
      return `${name} = CASE WHEN ${when} THEN ${restored(column, "k")} ELSE t.${name} END`;
    };
    const sets = [
      ...gone
        .filter(({ attributes }) => attributes.identity !== "a")
        .map((column) => set(column, `k.${STANDING} OR NOT (${isFilled(column)})`)),
      ...retyped.map(({ column }, at) => set(column, `k.${stood(at)}`)),
    ];
    const now = rowsOf(this.index, table, this.identity, this.columns);
    const list = (alias: string) => this.columns.map(({ id }) => `${alias}.${identifier(id.name)}`).join(", ");
    return [
      ...withoutTriggers(table, sets.length === 0 ? [] : [fill(this.index, table, this.identity, sets, this.name)]),
      `DELETE FROM ${this.copy} k USING (${now}) n
        WHERE ${sameRow(this.identity, "k", "n")} AND row(${list("k")})::record *= row(${list("n")})::record`,
      ...dropWhenEmpty(this.name),
    ];
  }

  /** The rows as they are before the release, by what identifies them in the copy. */
  private backRows(): string {
    const { table, back, gone, retyped } = this.taken;
    const named = (column: ColumnObject): ColumnObject => {
      const name = back.columns.get(column.id.name) ?? column.id.name;
      return { ...column, id: { ...column.id, name } };
    };
    const names = new Set([...gone, ...retyped.map(({ column }) => column)]);
    const stays = this.index.columns(table).filter((each) => !names.has(each) && each.attributes.generated === "");
    const values = stays.map((column) => stored(named(column), "t"));
    const content = `row(${this.identity.columns.map((column) => stored(named(column), "t")).join(", ")})::text`;
    const identity =
      this.identity.by === "key"
        ? this.identity.columns.map((key) => `${stored(named(key), "t")} AS ${identifier(key.id.name)}`)
        : [
            `${content} AS ${identifier("$row")}`,
            `row_number() OVER (PARTITION BY ${content} ORDER BY t.tableoid, t.ctid) AS ${identifier("$n")}`,
          ];
    const list = [
      ...identity,
      `md5(row(${values.join(", ")})::text) AS ${WAS}`,
      ...retyped.map(({ column }, at) => `t.${identifier(named(column).id.name)}::text AS ${came(at)}`),
    ];
    const partitioned = this.index.table(table)?.attributes.relkind === "p";
    return `SELECT ${list.join(", ")} FROM ${partitioned ? "" : "ONLY "}${sqlName(back.table)} t`;
  }
}

function came(at: number): string {
  return identifier(`$came${at}`);
}

function stood(at: number): string {
  return identifier(`$stood${at}`);
}

/** Over `t`: it differs from what the column would have anyway, so that the release alone would not restore it. */
function isWritten(column: ColumnObject): string {
  const value = `t.${identifier(column.id.name)}`;
  const constant = constantDefault(column);
  if (constant === null) return `${value} IS NOT NULL`;
  return constant === "unknown"
    ? "true"
    : `${value}::text IS DISTINCT FROM (${constant})::${column.attributes.type}::text`;
}

/** Over `t`: the release itself has put something there. Values that differ each time cannot be recognised, and give way. */
function isFilled(column: ColumnObject): string {
  return constantDefault(column) === "unknown" ? "false" : isWritten(column);
}

function fitOfRetyped({ column, type, labels }: Retyped): Fit | null {
  return fitOf(`t.${identifier(column.id.name)}`, column.attributes.type, type, labels);
}

/** Over `t`; where nothing is known about the two types, unchanged values leave the copy once the values are converted. */
function isLost(each: Retyped): string {
  if (each.computed) return "true";
  const fit = fitOfRetyped(each);
  const value = `t.${identifier(each.column.id.name)}`;
  return fit ? `(${value} IS NOT NULL AND (${fit.survives}) IS NOT TRUE)` : `${value} IS NOT NULL`;
}

/** Keeps all rows of a table that a way back drops; those that the release does not create itself come back with it. */
export function setTableAside(statement: Statement, table: TableRef, index: CatalogIndex, at: number): SetAside {
  const name = copyName(statement, table, "since");
  const columns = index.columns(table).filter(({ attributes }) => attributes.generated === "");
  const identity = identityOf(index, table);
  const kept = keepCopy(name, rowsOf(index, table, identity, columns), table, statement, index);
  return {
    statement: at,
    before: [...keepEarlier(name), ...kept.before],
    after: dropWhenEmpty(name),
    locks: kept.locks,
    tables: [name],
    sizes: [copySize(kept.rows)],
    takes: [{ table, column: null }],
    fit: NO_FIT,
    foretold: NOTHING_FORETOLD,
    again: {
      copy: name,
      before: [],
      after: [
        ...withoutTriggers(table, rowsAgain(index, table, identity, columns, name)),
        `DELETE FROM ${copyTable(name)}`,
        ...dropWhenEmpty(name),
      ],
    },
  };
}

function rowsAgain(
  index: CatalogIndex,
  table: TableRef,
  identity: Identity,
  columns: readonly ColumnObject[],
  name: string,
): readonly string[] {
  const names = columns.map(({ id }) => identifier(id.name)).join(", ");
  const values = columns.map((column) => restored(column, "k")).join(", ");
  const insert = `INSERT INTO ${sqlName(table)} (${names}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM ${copyTable(name)} k`;
  if (identity.by === "content")
    return [
      `${insert} WHERE NOT EXISTS (SELECT FROM (${placedRows(index, table, identity, [])}) n WHERE ${sameRow(identity, "k", "n")})`,
    ];
  const match = identity.columns.map((key) => `${stored(key, "t")} = k.${identifier(key.id.name)}`).join(" AND ");
  const others = columns.filter((column) => !identity.columns.includes(column) && column.attributes.identity !== "a");
  const sets = others.map((column) => `${identifier(column.id.name)} = ${restored(column, "k")}`);
  const update = `UPDATE ${source(index, table)} t SET ${sets.join(", ")} FROM ${copyTable(name)} k WHERE ${match}`;
  return [
    ...(sets.length === 0 ? [] : [update]),
    `${insert} WHERE NOT EXISTS (SELECT FROM ${sqlName(table)} t WHERE ${match})`,
  ];
}
