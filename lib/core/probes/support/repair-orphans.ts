import { identifier, qualified } from "../../sql/quote.js";
import type { ReleaseState } from "../state/release-state.js";
import { columnOf, originColumns, type TableState } from "../state/table-state.js";
import { setAside } from "./set-aside.js";

/** A foreign key between two tables, with the referenced columns known. */
export interface Reference {
  readonly child: TableState;
  readonly parent: TableState;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly match: "simple" | "full";
}

/**
 * The least destructive that works: NULL where the column allows it, else the missing rows of the referenced table
 * where it needs nothing more than its key, else the rows move aside. Null when only a person can decide.
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
  // MATCH FULL wants all of them NULL, MATCH SIMPLE is content with one.
  const emptied = full ? (nullable.length === from.length ? nullable : []) : nullable.slice(0, 1);
  if (emptied.length > 0) {
    const set = (originColumns(child, emptied) ?? []).map((name) => `${identifier(name)} = NULL`).join(", ");
    return `UPDATE ${names.child} AS child SET ${set} WHERE ${where}`;
  }
  if (!full && needsOnly(parent, reference.to)) {
    const list = to.map(identifier).join(", ");
    const values = from.map((name) => `child.${identifier(name)}`).join(", ");
    return `INSERT INTO ${names.parent} (${list}) SELECT DISTINCT ${values} FROM ${names.child} AS child WHERE ${where}`;
  }
  const chosen = `SELECT child.tableoid, child.ctid FROM ${names.child} AS child WHERE ${where}`;
  return setAside(state, child.origin, "orphans", chosen);
}

/** True when a row with nothing but these columns would be accepted. */
function needsOnly(parent: TableState, columns: readonly string[]): boolean {
  return parent.columns.every(
    (column) => columns.includes(column.name) || !column.notNull || column.default !== null || column.generated,
  );
}
