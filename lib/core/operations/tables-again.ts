import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import type { DropTable } from "./drop-table.js";
import { notThere } from "./inverses.js";
import { keepTable } from "./keep/keep-table.js";
import type { Inverse } from "./operation.js";
import { sequencesAgain } from "./owned-sequences.js";
import { recreateTable, recreateTableParts } from "./recreate.js";
import { descendants, resolveTable, sameTable } from "./resolve.js";

/** Undoes DROP TABLE of one table or several: all are there, with their rows, before the foreign keys between them are. */
export function tablesAgain(operations: readonly DropTable[], before: CatalogIndex): Inverse {
  const named: TableRef[] = [];
  for (const operation of operations) {
    const table = resolveTable(operation.table, before);
    if (before.table(table)) named.push(table);
    else if (!operation.ifExists) return notThere("table", operation.table.name);
  }
  const [first] = operations;
  if (!first || named.length === 0) return { class: "exact", statements: [] };
  const tables = parentsFirst(named, before);
  const kept = tables
    .filter((table) => hasRows(table, tables, before))
    .map((table) => keepTable(first.statement, before, table));
  const sequences = sequencesAgain(first.statement, before, tables, null);
  return {
    class: "lossy",
    statements: [
      ...sequences.create,
      ...tables.flatMap((table) => recreateTable(before, table)),
      ...kept.flatMap((each) => each.restore),
      ...recreateTableParts(before, tables),
      ...sequences.attach,
      ...sequences.restore,
    ],
    losses: tables.map(({ schema, name }) => ({
      what: "table",
      name: `${schema}.${name}`,
      reason: "its rows are gone with the table",
    })),
    keep: [...kept.map((each) => each.kept), ...sequences.keep],
  };
}

/** The tables and their partitions and children at every depth, each once and after what it belongs to. */
function parentsFirst(named: readonly TableRef[], before: CatalogIndex): readonly TableRef[] {
  const below = named.flatMap((table) => descendants(before, table));
  const roots = named.filter((table) => !below.some((each) => sameTable(each, table)));
  const all = roots.flatMap((table) => [table, ...descendants(before, table)]);
  return all.filter((table, at) => all.findIndex((each) => sameTable(each, table)) === at);
}

/** The rows of partitions are kept and put back with the table that they belong to, when that goes too. */
function hasRows(table: TableRef, tables: readonly TableRef[], before: CatalogIndex): boolean {
  return !tables.some(
    (other) =>
      before.table(other)?.attributes.relkind === "p" &&
      descendants(before, other).some((each) => sameTable(each, table)),
  );
}
