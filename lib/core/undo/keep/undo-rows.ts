import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { sameTable } from "../../catalog/tables.js";
import type { Statement } from "../../sql/statement.js";
import type { Inverse } from "../inverse.js";
import { keepRows } from "./keep-rows.js";
import { withoutUnvalidated } from "./without-unvalidated.js";

/**
 * Undoes whatever a statement does to the rows of these tables: new rows are removed from referencing tables first, lost rows are restored into
 * referenced tables first.
 */
export function undoRows(
  statement: Statement,
  before: CatalogIndex,
  tables: readonly TableRef[],
  reason: string,
): Inverse & { readonly class: "lossy" } {
  const ordered = referencedFirst(tables, before);
  const kept = ordered.map((table) => keepRows(statement, before, table));
  return {
    class: "lossy",
    statements: [
      ...withoutUnvalidated(before, ordered, [
        ...[...kept].reverse().flatMap((rows) => rows.uninsert),
        ...kept.flatMap((rows) => rows.unupdate),
        ...kept.flatMap((rows) => rows.undelete),
      ]),
      ...kept.flatMap((rows) => rows.clear),
    ],
    losses: ordered.map((table) => ({ what: "rows", name: `${table.schema}.${table.name}`, reason })),
    keep: kept.map((rows) => rows.kept),
  };
}

/** Tables that foreign keys change along with this one: ON DELETE or ON UPDATE CASCADE, SET NULL, SET DEFAULT. */
export function cascadesFrom(table: TableRef, before: CatalogIndex): readonly TableRef[] {
  const found: TableRef[] = [table];
  for (const each of found) {
    for (const constraint of before.referencedBy(each)) {
      const child = { schema: constraint.id.schema ?? "", name: constraint.id.table ?? "" };
      const acts = /ON (DELETE|UPDATE) (CASCADE|SET)/.test(constraint.definition ?? "");
      if (acts && !found.some((known) => sameTable(known, child))) found.push(child);
    }
  }
  return found;
}

/** A cycle of foreign keys has no order; its tables keep the order in which they came. */
function referencedFirst(tables: readonly TableRef[], before: CatalogIndex): readonly TableRef[] {
  const ordered: TableRef[] = [];
  const visiting: TableRef[] = [];
  const visit = (table: TableRef) => {
    const seen = (list: readonly TableRef[]) => list.some((known) => sameTable(known, table));
    if (seen(ordered) || seen(visiting)) return;
    visiting.push(table);
    for (const { attributes } of before.constraints(table)) {
      const { references } = attributes;
      const parent =
        references && tables.find((each) => sameTable(each, { schema: references.schema, name: references.table }));
      if (parent) visit(parent);
    }
    ordered.push(table);
  };
  for (const table of tables) visit(table);
  return ordered;
}
