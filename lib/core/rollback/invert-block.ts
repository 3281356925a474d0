import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex } from "../catalog/lookup.js";
import { sameTable } from "../catalog/tables.js";
import { droppedBy, type Operation } from "../operations/index.js";
import { resolveTable } from "../operations/resolve.js";
import type { Inverse } from "../undo/inverse.js";
import { byNamesOfNow } from "../undo/keep/identity.js";
import { undoRows } from "../undo/keep/undo-rows.js";
import { inversesTogether } from "./inverse-together.js";
import type { NamesWithin } from "./names-within.js";
import { released, withoutCreatedColumns } from "./released-first.js";
import { type Part, rowTables, setAgain, writes } from "./statement-rows.js";
import type { Block } from "./within-block.js";

/**
 * A block that renames something. What takes rows or values is undone last, by the names from before the block; everything else, including renames,
 * in reverse order, each in the schema that it met. `gone`: what else went without being named.
 */
export function invertBlock(
  part: Part,
  { placed, names }: Block,
  needed: readonly Operation[],
  gone: (early: readonly Operation[]) => readonly CatalogObject[],
): readonly Inverse[] {
  const { statement } = part;
  const own = placed.filter(({ operation }) => needed.includes(operation));
  const early = own.flatMap((each) => (each.early ? [each.early] : []));
  const dropped = new Set(early.flatMap((each) => droppedBy(each, part.index)));
  const late = own.filter(({ early, renamed }) => early === null && !(renamed && dropped.has(renamed)));
  const moved = names.moved();
  const changed = early.filter((each) => !writes(each));
  const undone = [
    ...rowsBack(part, names, early),
    ...early.flatMap((each) => (each.kind === "truncate" ? [setAgain(each, part.index)] : [])),
    ...inversesTogether(
      statement,
      changed,
      gone(early).filter((object) => !moved.has(object)),
      part.releasing ? released(part.index, part.created) : part.index,
    ),
    ...late
      .filter(({ operation }) => !writes(operation))
      .flatMap((each) => inversesTogether(statement, [each.operation], [], each.index)),
  ];
  return undone.map((each) => keptByNamesOfNow(each, part.index, names));
}

function rowsBack(part: Part, names: NamesWithin, early: readonly Operation[]): readonly Inverse[] {
  const written = part.written?.map((table) => names.tableBefore(table) ?? table) ?? null;
  const converted = early.flatMap((each) =>
    "column" in each && "table" in each && each.table ? [resolveTable(each.table, part.index)] : [],
  );
  const tables = rowTables({ ...part, written, next: null }, early, early.filter(writes)).filter(
    (table) => !converted.some((each) => sameTable(each, table)),
  );
  if (tables.length === 0) return [];
  const index = part.releasing ? released(part.index, part.created) : part.index;
  const before = withoutCreatedColumns(index, part.created, tables);
  return [undoRows(part.statement, before, tables, "the statement changes its rows")];
}

/** What is read after the block has run finds tables and columns under the names that they have by then. */
function keptByNamesOfNow(inverse: Inverse, before: CatalogIndex, names: NamesWithin): Inverse {
  if (inverse.class !== "lossy") return inverse;
  const keep = inverse.keep.map((kept) => {
    const now = names.now(kept.table);
    if (now === null) return kept;
    return { ...kept, after: kept.after.map((sql) => byNamesOfNow(sql, before, kept.table, now.table, now.columns)) };
  });
  return { ...inverse, keep };
}
