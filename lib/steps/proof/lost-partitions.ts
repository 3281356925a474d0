import type { Catalog } from "../../core/catalog/catalog.js";
import { aroundEnd, type LostPartition, lostPartitions } from "../../core/catalog/lost-partitions.js";
import { humanName } from "../../core/catalog/names.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import type { Finding, Severity } from "../../core/finding.js";
import { qualified } from "../../core/sql/quote.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { type State, tableName } from "./state.js";

interface Released {
  readonly before: State;
  readonly after: Catalog;
}

/**
 * Partitions that were dropped, detached or made narrower, so that some rows no longer find one. The server says what is free: a partition
 * is created there and rolled back. The oldest range, or one list among others, may be meant to go.
 */
export async function lostPartitionFindings(
  session: Session,
  { before, after }: Released,
  schema: string | null,
): Promise<readonly Finding[]> {
  const lost = lostPartitions(before.catalog, after);
  if (lost.length === 0) return [];
  const findings: Finding[] = [];
  await session.script("begin");
  try {
    for (const each of lost) {
      const severity = await severityOf(each, before, (bound) => isFree(session, each, bound, schema));
      if (severity !== null) findings.push(finding(each, severity));
    }
  } finally {
    await session.script("rollback");
  }
  return findings;
}

type IsFree = (bound: string) => Promise<boolean>;

async function severityOf(
  { kind, candidates, partition }: LostPartition,
  before: State,
  isFree: IsFree,
): Promise<Severity | null> {
  if (kind === "default") return "warning";
  const gap = await firstFree(candidates, isFree);
  if (gap === null) return null;
  // Every part of a hash receives all kinds of rows.
  if (kind === "hash") return "error";
  if (kind === "list") return "warning";
  const around = aroundEnd(gap);
  const nothingAbove = around !== null && (await isFree(around.above));
  if (!nothingAbove) return around !== null && (await isFree(around.below)) ? null : "warning";
  return (before.contents.get(tableName(partition))?.rows ?? 0) > 0 ? "error" : "warning";
}

async function firstFree(candidates: readonly string[], isFree: IsFree): Promise<string | null> {
  for (const bound of candidates) if (await isFree(bound)) return bound;
  return null;
}

/** The server refuses an overlap and an empty range. */
async function isFree(
  session: Session,
  { parent }: LostPartition,
  bound: string,
  schema: string | null,
): Promise<boolean> {
  const name = qualified(parent.schema, "schema_gate_partition");
  await session.script("savepoint schema_gate_partition");
  try {
    const home = qualified(parent.schema, parent.name);
    await session.script(bindSchemas(`create table ${name} partition of ${home} ${bound}`, schema));
    return true;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return false;
  } finally {
    await session.script("rollback to savepoint schema_gate_partition; release savepoint schema_gate_partition");
  }
}

const LOST: Readonly<Record<LostPartition["kind"], string>> = {
  hash: "a part of all rows belongs to it, and an INSERT of one fails",
  list: "an INSERT of a row with its values fails",
  range: "an INSERT of a row within its bounds fails",
  default: "an INSERT of a row that belongs to no other partition fails",
};

function finding({ parent, partition, kind }: LostPartition, severity: Severity): Finding {
  return {
    code: "dry-run.partition-lost",
    gate: "dry-run",
    severity,
    subject: { kind: "table", name: humanName(parent) },
    message: `After the release ${humanName(parent)} has no partition for rows of ${humanName(partition)}: ${LOST[kind]}.`,
    remedy: {
      text: "Attach a partition for these rows in the same release, or make a default one: CREATE TABLE … PARTITION OF … DEFAULT.",
    },
  };
}
