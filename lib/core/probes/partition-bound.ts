import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { defaultPartition } from "../operations/create-table.js";
import type { Operation } from "../operations/index.js";
import { resolveTable } from "../operations/resolve.js";
import type { Probe, ProbeQuery } from "./probe.js";
import { countRows, holdsRows, humanTable, rowKey, sqlTable } from "./rows-sql.js";

const CODE = "probe.partition-bound";

/** Rows outside the bound of a table that becomes a partition, and rows of the default partition inside a new bound. */
export const partitionBound: Probe = {
  code: CODE,
  derive(operation, { before: { catalog: before } }) {
    if (operation.kind === "attach-partition" && operation.of === "table") {
      const parent = resolveTable(operation.parent, before);
      const partition = resolveTable(operation.partition, before);
      const inside = insideBound(parent, operation.bound, before);
      if (inside === null || !holdsRows(before, partition))
        return inDefault(operation, parent, operation.bound, before);
      const outside = rowsWhere(
        operation,
        partition,
        `NOT coalesce(${inside}, false)`,
        "outside the bound of the partition",
        before,
      );
      return [outside, ...inDefault(operation, parent, operation.bound, before)];
    }
    if (operation.kind === "create-table" && operation.partitionOf) {
      return inDefault(
        operation,
        resolveTable(operation.partitionOf.parent, before),
        operation.partitionOf.bound,
        before,
      );
    }
    return [];
  },
};

function inDefault(operation: Operation, parent: TableRef, bound: string, before: CatalogIndex): readonly ProbeQuery[] {
  const table = defaultPartition(parent, before);
  const inside = insideBound(parent, bound, before);
  if (!table || inside === null) return [];
  return [rowsWhere(operation, table, inside, "of the default partition that belong to the new one", before)];
}

function rowsWhere(
  operation: Operation,
  table: TableRef,
  condition: string,
  what: string,
  before: CatalogIndex,
): ProbeQuery {
  return countRows({
    code: CODE,
    statement: operation.statement,
    subject: { kind: "table", name: humanTable(table) },
    meaning: `rows of ${humanTable(table)} ${what}`,
    rows: `FROM ${sqlTable(table)} t WHERE ${condition}`,
    key: rowKey(before, table, "t"),
    repair: `DELETE FROM ${sqlTable(table)} t WHERE ${condition}`,
    reads: [table],
  });
}

/** The condition of a bound over the parent's key; null for DEFAULT and for what the dry run must show. */
function insideBound(parent: TableRef, bound: string, before: CatalogIndex): string | null {
  const key = before.table(parent)?.attributes.partitionKey ?? "";
  const [, strategy, columns] = /^(RANGE|LIST|HASH) \((.*)\)$/.exec(key) ?? [];
  if (strategy === "RANGE" && columns !== undefined) {
    const [, from, to] = /^FOR VALUES FROM \((.*)\) TO \((.*)\)$/s.exec(bound) ?? [];
    if (from === undefined || to === undefined) return null;
    if (`${from}${to}`.includes("MINVALUE") || `${from}${to}`.includes("MAXVALUE")) return openRange(columns, from, to);
    return `((${columns}) >= (${from}) AND (${columns}) < (${to}))`;
  }
  if (strategy === "LIST" && columns !== undefined) {
    const values = /^FOR VALUES IN \((.*)\)$/s.exec(bound)?.[1];
    return values === undefined || /\bNULL\b/.test(values) ? null : `((${columns}) IN (${values}))`;
  }
  return null;
}

/** A range with an open end, over one column. */
function openRange(column: string, from: string, to: string): string | null {
  if (column.includes(",")) return null;
  const low = from === "MINVALUE" ? `(${column}) IS NOT NULL` : `(${column}) >= ${from}`;
  return to === "MAXVALUE" ? `(${low})` : `(${low} AND (${column}) < ${to})`;
}
