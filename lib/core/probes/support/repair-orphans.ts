import { identifier, qualified } from "../../sql/quote.js";
import type { ReleaseState } from "../state/release-state.js";
import { columnOf, originColumns, type TableState } from "../state/table-state.js";
import { tableName } from "./hit-query.js";
import { copyAndSet, setAside } from "./set-aside.js";

/** A foreign key between two tables, with the referenced columns known. */
export interface Reference {
  readonly child: TableState;
  readonly parent: TableState;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly match: "simple" | "full";
}

/**
 * The least destructive repair that works: NULL where the column allows it, otherwise the rows move aside. A missing row of the referenced table is
 * never invented. Null when only a person can decide.
 */
export function repairOrphans(state: ReleaseState, reference: Reference): string | null {
  const { child, parent } = reference;
  const from = originColumns(child, reference.from);
  const to = originColumns(parent, reference.to);
  if (!child.origin || !parent.origin || !from || !to || !child.sameRows || !parent.sameRows) return null;
  const names = {
    child: qualified(child.origin.schema, child.origin.name),
    parent: qualified(parent.origin.schema, parent.origin.name),
  };
  const pairs = from.map((name, at) => `parent.${identifier(to[at] ?? "")} = child.${identifier(name)}`).join(" AND ");
  const present = from.map((name) => `child.${identifier(name)} IS NOT NULL`).join(" AND ");
  const orphan = `${present} AND NOT EXISTS (SELECT FROM ${names.parent} AS parent WHERE ${pairs})`;
  const full = reference.match === "full" && from.length > 1;
  const some = from.map((name) => `child.${identifier(name)} IS NOT NULL`).join(" OR ");
  const where = full ? `(${orphan}) OR ((${some}) AND NOT (${present}))` : orphan;
  const nullable = reference.from.filter((name) => columnOf(child, name)?.notNull === false);
  // MATCH FULL requires all of them to be NULL, for MATCH SIMPLE one is enough.
  const column = full && from.length > 1 ? undefined : originColumns(child, nullable.slice(0, 1))?.[0];
  const chosen = `SELECT child.tableoid, child.ctid FROM ${names.child} AS child\nWHERE ${where}`;
  const lost = `Rows of ${tableName(child)} whose ${reference.from.join(", ")} names no row of ${tableName(parent)}`;
  if (column === undefined)
    return setAside(state, child.origin, { why: "orphans", says: `${lost} leave the table` }, chosen);
  const says = `${lost} get NULL there`;
  return copyAndSet(child.origin, { why: "orphans", says }, chosen, { column, value: "NULL" });
}
