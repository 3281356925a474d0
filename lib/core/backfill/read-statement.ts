import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { treeAlone } from "../sql/parse.js";
import { as, columnsOf, find } from "../sql/tree.js";
import { harmlessLookup, refuseConflict } from "./insert-target.js";
import { Reader } from "./reader.js";
import { NotCuttable } from "./refusal.js";
import { NOWHERE, type Place, scopeOf } from "./scope.js";
import { nameIn, type Shape } from "./statement-shape.js";
import { readTriggers } from "./triggers.js";
import { joinedSeveralTimes } from "./unique-join.js";
import { readWritten } from "./written-row.js";

/** Which columns of the written table the parts of a statement name; `*` for its row as a whole. */
export interface NamedColumns {
  readonly where: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
}

/** Looks at everything that the statement evaluates in a table, and refuses what is not known to be the same in batches. */
export function readStatement(
  before: CatalogIndex,
  shape: Shape,
  written: TableRef,
  walked: TableRef,
  key: readonly string[],
): NamedColumns {
  const reader = new Reader(before, written);
  const named = { where: new Set<string>(), values: new Set<string>() };
  if (shape.insert) readInsert(reader, shape, walked, key);
  else readChange(reader, shape, named);
  readTable(reader, shape);
  const writes = readTriggers(reader, shape.verb, key);
  const read = reader.reads.find((table) => writes.some((each) => isSame(each, table)));
  if (read)
    throw new NotCuttable(
      "trigger",
      `a trigger of ${written.schema}.${written.name} writes ${read.schema}.${read.name}, which is read`,
    );
  return named;
}

function isSame(a: TableRef, b: TableRef): boolean {
  return a.schema === b.schema && a.name === b.name;
}

function readChange(reader: Reader, shape: Shape, named: { where: Set<string>; values: Set<string> }): void {
  const { before } = reader;
  const scope = scopeOf(shape.from, before, new Set(), shape.written);
  const place: Place = {
    scopes: [scope],
    own: new Set(),
    strict: false,
    depth: 0,
    note: (column) => named.values.add(column),
  };
  const strict = { ...place, strict: true, note: (column: string) => named.where.add(column) };
  reader.read(shape.values, place);
  reader.read(shape.from, strict);
  reader.read(shape.where, strict);
  if (shape.verb !== "update" || shape.from.length === 0) return;
  const alias = nameIn(shape.written);
  const several = joinedSeveralTimes(before, { scope, known: [alias] }, shape.from, shape.where);
  if (several !== null)
    throw new NotCuttable(
      "several",
      `several rows of ${several} may match one of ${alias}, and which one counts is not determined`,
    );
}

function readInsert(reader: Reader, shape: Shape, walked: TableRef, key: readonly string[]): void {
  const select = as(shape.insert?.selectStmt, "SelectStmt");
  if (!select || !shape.insert) return;
  for (const lookup of harmlessLookup(reader.before, shape, reader.written, walked, key)) reader.allow(lookup);
  // Only a lock that a copy may take is left.
  reader.select({ ...select, lockingClause: [] }, { ...NOWHERE, strict: false, depth: -1 }, "fresh");
  refuseConflict(reader.before, shape.insert, select, reader.written, walked);
}

/** What the server evaluates automatically for a row that is written. */
function readTable(reader: Reader, { verb, sets, values, insert }: Shape): void {
  if (verb === "delete") return;
  const given = new Set((insert?.cols ?? []).flatMap((item) => as(item, "ResTarget")?.name ?? []));
  const defaults = find(values, "SetToDefault").length > 0 || insert !== null;
  readWritten(reader, reader.written, {
    writes: (column) => verb === "insert" || sets.includes(column),
    defaults: (column) => defaults && !given.has(column),
  });
}

/** What an UPDATE sets, with the columns that are computed from it. */
export function changedColumns(before: CatalogIndex, written: TableRef, sets: readonly string[]): readonly string[] {
  const computed = before.columns(written).filter(({ attributes: { generationExpression } }) => {
    const select = generationExpression === null ? null : treeAlone(`SELECT ${generationExpression}`);
    return select !== null && columnsOf(select).some((column) => sets.includes(column));
  });
  return [...sets, ...computed.map(({ id }) => id.name)];
}
