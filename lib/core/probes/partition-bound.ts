import type { Operation } from "../operations/index.js";
import type { Moment, Probe, ProbeDraft } from "./probe.js";
import { partitionsOf } from "./state/partitions.js";
import type { TableState } from "./state/table-state.js";
import { columnsNamed } from "./support/columns-named.js";
import { failingRows } from "./support/failing-rows.js";
import { tableName } from "./support/hit-query.js";
import { insideBound, NotABound } from "./support/inside-bound.js";
import { unknownProbe } from "./support/unknown-probe.js";

/** Rows outside the bound of a table that becomes a partition, and rows of the default partition inside a new bound. */
export const partitionBound: Probe = {
  code: "probe.partition-bound",
  derive(operation, { before }) {
    const wanted = wantedOf(operation, before);
    if (!wanted) return [];
    try {
      return [...outside(operation, before, wanted), ...inDefault(operation, before, wanted)];
    } catch (error) {
      if (!(error instanceof NotABound)) throw error;
      const table = wanted.partition ?? wanted.parent;
      return [unknownProbe(partitionBound.code, operation.statement, table, error.message)];
    }
  },
};

interface WantedPartition {
  readonly parent: TableState;
  /** Null for a table that is created as a partition. */
  readonly partition: TableState | null;
  readonly bound: string;
}

function wantedOf(operation: Operation, before: Moment["before"]): WantedPartition | null {
  if (operation.kind === "attach-partition" && operation.of === "table") {
    const parent = before.table(operation.parent);
    const partition = before.table(operation.partition);
    return parent && partition ? { parent, partition, bound: operation.bound } : null;
  }
  if (operation.kind !== "create-table" || !operation.partitionOf) return null;
  const parent = before.table(operation.partitionOf.parent);
  return parent ? { parent, partition: null, bound: operation.partitionOf.bound } : null;
}

function outside(operation: Operation, before: Moment["before"], wanted: WantedPartition): readonly ProbeDraft[] {
  const { parent, partition, bound } = wanted;
  if (!partition) return [];
  const condition = `(${inside(before, parent, bound).join(" AND ")}) IS NOT TRUE`;
  return [rowsWhere(operation, before, partition, condition, "outside the bound of the partition")];
}

/** A partition of a partition is inside every bound above it. */
function inside(before: Moment["before"], parent: TableState, bound: string): readonly string[] {
  const above = parent.partitionOf && before.table(parent.partitionOf.parent);
  const own = conditionOf(before, parent, bound);
  return above ? [...inside(before, above, parent.partitionOf?.bound ?? ""), own] : [own];
}

/** For DEFAULT: in none of the existing partitions. */
function conditionOf(before: Moment["before"], parent: TableState, bound: string): string {
  const table = parent.origin ?? parent.name;
  const key = parent.partitionKey ?? "";
  if (!isDefault(bound)) return insideBound(table, key, bound);
  const bounds = partitionsOf(before, parent).map(({ partitionOf }) => partitionOf?.bound ?? "");
  const others = bounds.filter((each) => !isDefault(each)).map((each) => insideBound(table, key, each));
  return others.length === 0 ? "true" : `(${others.join(" OR ")}) IS NOT TRUE`;
}

function isDefault(bound: string): boolean {
  return /^DEFAULT$/i.test(bound.trim());
}

function inDefault(operation: Operation, before: Moment["before"], wanted: WantedPartition): readonly ProbeDraft[] {
  const { parent, bound } = wanted;
  const table = partitionsOf(before, parent).find(({ partitionOf }) => isDefault(partitionOf?.bound ?? ""));
  if (!table || isDefault(bound)) return [];
  const condition = conditionOf(before, parent, bound);
  return [rowsWhere(operation, before, table, condition, "of the default partition that belong to the new one")];
}

function rowsWhere(
  operation: Operation,
  before: Moment["before"],
  table: TableState,
  condition: string,
  what: string,
): ProbeDraft {
  return failingRows(before, {
    code: partitionBound.code,
    subject: { kind: "table", name: tableName(table) },
    statement: operation.statement,
    meaning: `rows of ${tableName(table)} ${what}`,
    table,
    condition,
    columns: columnsNamed(table, [condition]),
    own: false,
    why: "outside",
    set: null,
  });
}
