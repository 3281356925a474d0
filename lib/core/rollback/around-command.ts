import type { Catalog } from "../catalog/catalog.js";
import { CatalogIndex, type TableRef } from "../catalog/lookup.js";
import type { Migration } from "../migration/release.js";
import { copySize } from "../undo/keep/copy.js";
import { undoRows } from "../undo/keep/undo-rows.js";
import { commandOf } from "./command-statement.js";
import type { Inverses } from "./inverse-candidate.js";
import type { DerivedChange } from "./observation.js";

/**
 * The way back of a team's own program: the inverses of the statements that its change amounts to, and the other rows that it changed. Nothing can be
 * copied between its statements, so everything is kept before it begins.
 */
export function aroundCommand(
  inner: Inverses,
  migration: Migration,
  before: Catalog,
  after: Catalog,
  derived: DerivedChange,
): Inverses {
  const statement = commandOf(migration);
  const index = new CatalogIndex(commonColumns(before, after, derived.written));
  const rows =
    derived.written.length === 0 ? null : undoRows(statement, index, derived.written, "the command changes its rows");
  const own = rows?.keep ?? [];
  const aside = {
    statement: statement.index,
    before: [...inner.keep.flatMap((keep) => keep.before), ...own.flatMap((keep) => keep.before)],
    after: [...inner.keep.flatMap((keep) => keep.after), ...own.flatMap((keep) => keep.after)],
    // The copies are committed before the program runs; otherwise its own connections could not write.
    locks: [],
    tables: [...inner.keep.flatMap((keep) => keep.tables), ...own.map((keep) => keep.name)],
    sizes: [...inner.keep.flatMap((keep) => keep.sizes), ...own.map((keep) => copySize(keep.rows))],
  };
  return {
    // Constraints that the migrator created could refuse the earlier rows, so they go first.
    statements: [...inner.statements, ...(rows?.statements ?? [])],
    keep: aside.tables.length > 0 ? [aside] : [],
    losses: [...inner.losses, ...(rows?.losses ?? [])],
    gaps: inner.gaps,
  };
}

/** The columns that a row has both before and after: a column that was dropped, added or changed has an inverse of its own. */
function commonColumns(before: Catalog, after: Catalog, tables: readonly TableRef[]): Catalog {
  const now = new CatalogIndex(after);
  const concerned = (schema: string | undefined, table: string | undefined) =>
    tables.some((each) => each.schema === schema && each.name === table);
  const objects = before.objects.filter((object) => {
    if (object.kind !== "column" || !concerned(object.id.schema, object.id.table)) return true;
    const table = { schema: object.id.schema ?? "", name: object.id.table ?? "" };
    return now.column(table, object.id.name)?.attributes.type === object.attributes.type;
  });
  return { ...before, objects };
}
