import type { TableRef } from "../../catalog/lookup.js";
import { humanName } from "../../catalog/names.js";
import { sameTable } from "../../catalog/tables.js";
import type { AttachPartition, DetachPartition } from "../../operations/index.js";
import { identifier } from "../../sql/quote.js";
import { readableSource } from "../support/readable-source.js";
import { makeUncertain } from "./consequences.js";
import type { ReleaseState } from "./release-state.js";
import { staged } from "./reshape.js";
import { missingColumns, type TableState } from "./table-state.js";

/** The partitions of a table at a moment of the release. */
export function partitionsOf(state: ReleaseState, parent: TableState): readonly TableState[] {
  return state.all().filter(({ partitionOf }) => partitionOf !== null && sameTable(partitionOf.parent, parent.name));
}

/** The table under another name, which its partitions refer to as well. */
export function movedTable(state: ReleaseState, table: TableState, name: TableRef): ReleaseState {
  const partitions = partitionsOf(state, table).map((each) => ({
    ...each,
    partitionOf: { parent: name, bound: each.partitionOf?.bound ?? "" },
  }));
  return state.without(table.name).with({ ...table, name }, ...partitions);
}

/** The parent also holds the new partition's rows. */
export function attached(state: ReleaseState, operation: AttachPartition): ReleaseState {
  const parent = state.table(operation.parent);
  const partition = state.table(operation.partition);
  if (
    !parent ||
    !partition ||
    missingColumns(
      partition,
      parent.columns.map(({ name }) => name),
    ).length > 0
  )
    return state;
  const list = parent.columns.map(({ name }) => identifier(name)).join(", ");
  const sql = `SELECT ${list} FROM ${parent.rows.from} AS before UNION ALL SELECT ${list} FROM ${partition.rows.from} AS attached`;
  const { state: next, rows } = staged(state, [parent.rows, partition.rows], sql);
  const uncertainties = [...parent.uncertainties, ...partition.uncertainties];
  return next.with(
    { ...parent, rows, ownRows: rows, uncertainties, sameRows: false },
    { ...partition, partitionOf: { parent: parent.name, bound: operation.bound } },
  );
}

export function detached(state: ReleaseState, operation: DetachPartition): ReleaseState {
  const partition = state.table(operation.partition);
  const parent = state.table(operation.parent);
  if (!partition || !parent) return state;
  const reason = `The statement at ${readableSource(operation.statement.source)} takes a partition from ${humanName(parent.name)} before it`;
  return makeUncertain(state.with({ ...partition, partitionOf: null }), reason, [parent.origin ?? parent.name]);
}
