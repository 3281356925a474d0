import type { NumberedColumn } from "../../core/backfill/numbered-columns.js";
import type { Catalog, TableObject } from "../../core/catalog/catalog.js";
import { compareCatalogs } from "../../core/catalog/compare.js";
import { CatalogIndex, type TableRef } from "../../core/catalog/lookup.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import { sameTable } from "../../core/catalog/tables.js";
import { resolveTable } from "../../core/operations/resolve.js";
import { identifier, literal, qualified } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";
import { readCatalog } from "../catalog/read-catalog.js";
import { type NextValue, readNextValues, setBack } from "./next-values.js";
import { type OutsideState, outsideDifferences, readOutsideState } from "./outside-state.js";
import type { RollbackVerdict } from "./proof.js";

interface Contents {
  readonly rows: number;
  /** Sum of a hash of each row: the same in any order of rows and columns. */
  readonly checksum: string;
  /** By column that a backfill numbers: the sum with its numbers. `checksum` counts only how many there are. */
  readonly numbers: Readonly<Record<string, string>>;
}

/** Schema, rows and whatever else a database holds at one moment. */
export interface State {
  readonly catalog: Catalog;
  readonly contents: ReadonlyMap<string, Contents>;
  readonly sequences: ReadonlyMap<string, NextValue>;
  readonly outside: OutsideState;
}

/** Reads the state. Works inside a transaction too. */
export async function readState(
  session: Session,
  schema: string | null,
  numbered: readonly NumberedColumn[] = [],
): Promise<State> {
  const catalog = await readCatalog(session, schema);
  // Row-level security would silently leave rows out.
  await session.script("set row_security = off");
  const contents = await readContents(session, catalog, schema, numbered);
  await session.script("reset row_security");
  const sequences = await readNextValues(session, catalog, schema);
  return { catalog, contents, sequences, outside: await readOutsideState(session) };
}

/** Tables per query: the planner's memory grows with each. */
const CHUNK = 50;

async function readContents(
  session: Session,
  catalog: Catalog,
  schema: string | null,
  numbered: readonly NumberedColumn[],
): Promise<ReadonlyMap<string, Contents>> {
  const index = new CatalogIndex(catalog);
  const numbers = placesOf(numbered, index);
  const tables = catalog.objects.filter(
    (object): object is TableObject => object.kind === "table" && object.attributes.relkind === "r",
  );
  const found = new Map<string, Contents>();
  for (let at = 0; at < tables.length; at += CHUNK) {
    const parts = tables.slice(at, at + CHUNK).map((table) => contentsQuery(table, index, numbers));
    const rows = await session.query<Omit<Contents, "rows"> & { name: string; rows: string }>(
      bindSchemas(parts.join(" union all "), schema),
    );
    for (const { name, rows: count, ...sums } of rows) found.set(name, { ...sums, rows: Number(count) });
  }
  return found;
}

interface Place {
  readonly table: TableRef;
  readonly column: string;
}

function placesOf(numbered: readonly NumberedColumn[], index: CatalogIndex): readonly Place[] {
  return numbered.map(({ table: { schemaname = null, relname = "" }, column }) => ({
    table: resolveTable({ schema: schemaname, name: relname }, index),
    column,
  }));
}

/**
 * Columns in the order of their names, so that a moved column does not change the sum. For a column that a backfill numbers: how many rows
 * have a number, and how many numbers there are; and, separately, which row has which.
 */
function contentsQuery(table: TableObject, index: CatalogIndex, numbers: readonly Place[]): string {
  const ref = { schema: table.id.schema ?? "", name: table.id.name };
  const own = new Set(numbers.filter((each) => sameTable(each.table, ref)).map(({ column }) => column));
  const names = index.columns(ref).map(({ id }) => id.name);
  const plain = names.filter((name) => !own.has(name));
  const numbered = names.filter((name) => own.has(name)).sort();
  const counts = numbered.map((name) => `, ' ', count(${identifier(name)}), ' ', count(distinct ${identifier(name)})`);
  const withNumbers = numbered.map((name) => `${literal(name)}, ${sumOf([...plain, name])}::text`);
  return `select ${literal(tableName(ref))} as name, count(*)::text as rows, concat(${sumOf(plain)}${counts.join("")}) as checksum,
      pg_catalog.json_build_object(${withNumbers.join(", ")}) as numbers
    from only ${qualified(ref.schema, ref.name)}`;
}

function sumOf(names: readonly string[]): string {
  if (names.length === 0) return "0";
  return `coalesce(sum(hashtextextended(row(${names.map(identifier).sort().join(", ")})::text, 0)::numeric), 0)`;
}

export function tableName(table: { readonly schema: string; readonly name: string }): string {
  return `${table.schema}.${table.name}`;
}

export interface StateComparison {
  readonly verdict: Extract<RollbackVerdict, "exact" | "order" | "differs">;
  readonly schemaEqual: boolean;
  /** Rows, and whatever else is kept besides the schema. */
  readonly rowsEqual: boolean;
  readonly differences: readonly string[];
}

/**
 * Tables that only this state has, or whose rows differ from the other's. `renumbered`: columns that were numbered by a separate run in
 * each of the two.
 */
export function changedTables(
  state: State,
  since: State,
  renumbered: readonly NumberedColumn[] = [],
): readonly string[] {
  const places = placesOf(renumbered, new CatalogIndex(since.catalog));
  return [...state.contents].flatMap(([table, is]) => {
    const was = since.contents.get(table);
    const anew = places.filter((each) => tableName(each.table) === table).map(({ column }) => column);
    const isSame = (column: string) => anew.includes(column) || was?.numbers[column] === is.numbers[column];
    const numbers = Object.keys({ ...was?.numbers, ...is.numbers });
    return was && was.rows === is.rows && was.checksum === is.checksum && numbers.every(isSame) ? [] : [table];
  });
}

/** How what came back differs from what was. `renumbered`: columns that were numbered by a separate run in each of the two states. */
export function compareStates(now: State, before: State, renumbered: readonly NumberedColumn[] = []): StateComparison {
  const schema = compareCatalogs(now.catalog, before.catalog, { against: "before" });
  const rows = changedTables(now, before, renumbered).flatMap((table) => {
    const [is, was] = [now.contents.get(table), before.contents.get(table)];
    if (!is || !was) return [];
    return [
      is.rows === was.rows
        ? `${table} has the ${was.rows} rows it had, with other content.`
        : `${table} has ${is.rows} rows, and had ${was.rows}.`,
    ];
  });
  rows.push(
    ...setBack(now.sequences, before.sequences),
    ...filledDifferences(now.catalog, before.catalog),
    ...outsideDifferences(now.outside, before.outside),
  );
  const equal = schema.equal && rows.length === 0;
  return {
    verdict: equal ? (schema.columnOrder.length > 0 ? "order" : "exact") : "differs",
    schemaEqual: schema.equal,
    rowsEqual: rows.length === 0,
    differences: [...schema.differences.map(({ message }) => message), ...rows],
  };
}

/** A materialized view that is not filled gives its readers an error, so a rollback must not lose its filling, just as it must not lose rows. */
function filledDifferences(now: Catalog, before: Catalog): readonly string[] {
  const unfilled = (catalog: Catalog) =>
    new Set(catalog.objects.flatMap((each) => ("unfilled" in each ? [`${each.id.schema}.${each.id.name}`] : [])));
  const [is, was] = [unfilled(now), unfilled(before)];
  return [
    ...[...is].filter((name) => !was.has(name)).map((name) => `The materialized view ${name} is not filled, and was.`),
    ...[...was].filter((name) => !is.has(name)).map((name) => `The materialized view ${name} is filled, and was not.`),
  ];
}

/** Equal except for timestamps that the server wrote down. */
export function isSameSchema(now: Catalog, target: Catalog): boolean {
  return compareCatalogs(withoutClock(now), withoutClock(target)).equal;
}

/** A view over `timestamp 'now'` keeps the moment of its creation. */
const MOMENT = /'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d)?)?'/g;

function withoutClock(catalog: Catalog): Catalog {
  const objects: Catalog["objects"] = JSON.parse(JSON.stringify(catalog.objects).replaceAll(MOMENT, "'now'"));
  return { ...catalog, objects };
}
