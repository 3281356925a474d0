import type { RenameStmt } from "libpg-query";
import { columnInstead } from "../../sql/column-instead.js";
import type { Known } from "./known.js";
import { childrenOf } from "./learn-children.js";
import type { KnownTable } from "./table.js";

/** A column or constraint, in partitions and children too. */
export function renamePart(known: Known, table: KnownTable, rename: RenameStmt): void {
  const { renameType, subname = "", newname = "" } = rename;
  if (renameType === "OBJECT_COLUMN") renameColumn(known, table, subname, newname);
  else if (renameType === "OBJECT_TABCONSTRAINT") renameConstraint(table, subname, newname);
  else return;
  if (rename.relation?.inh) for (const child of childrenOf(known, table)) renamePart(known, child, rename);
}

export function renameConstraint(table: KnownTable, from: string, to: string): void {
  table.constraints = table.constraints.map((item) => (item.name === from ? { ...item, name: to } : item));
}

function renameColumn(known: Known, table: KnownTable, from: string, to: string): void {
  const fresh = (name: string) => (name === from ? to : name);
  for (const other of known.tables.values()) {
    other.constraints = other.constraints.map((item) =>
      item.references === table.key ? { ...item, referenced: item.referenced?.map(fresh) ?? [] } : item,
    );
  }
  const column = table.columns.get(from);
  if (column) {
    table.columns.delete(from);
    table.columns.set(to, { ...column, name: to });
  }
  table.constraints = table.constraints.map((item) => ({
    ...item,
    columns: item.columns.map(fresh),
    expression: columnInstead(item.expression, from, to),
  }));
  for (const [key, index] of [...known.indexes.ofTable(table.key)]) {
    const keys = index.keys.map((name) => (name === null ? null : fresh(name)));
    known.indexes.set(key, { ...index, keys, include: index.include.map(fresh) });
  }
}
