import { LOCK_MODES } from "../../core/postgres/lock-modes.js";
import type { PredictedLock, TenantRisk } from "../../core/risk/input.js";
import { type MeasuredStatement, predictLocks } from "../../core/risk/predict-locks.js";
import type { RunArtifacts } from "../evidence/gather.js";
import type { ProvedStatement } from "../proof/proof.js";
import type { ClusterRecord, ProofRecord } from "../run/records.js";

/** What the release will take in one tenant, from the clone's times and the sizes of both. */
export function tenantPrediction(
  run: RunArtifacts,
  cluster: ClusterRecord,
  record: ProofRecord,
  tenant: string,
): Required<Pick<TenantRisk, "locks" | "rewrites">> {
  const { statements } = record.proof;
  const all = statements.map(measured);
  const scale = scaleOf(run, cluster, tenant);
  const own = bytesOf(run, tenant);
  const bytes = (table: string) => own(inSchemaOf(run, tenant, cluster.representative, table));
  return {
    locks: all.flatMap((statement) => predictLocks(statement, all, scale)),
    rewrites: statements.flatMap(({ rewrites }) => rewrites.map((table) => ({ table, bytes: bytes(table) }))),
  };
}

/** The tenant of the cluster where a statement's strongest lock will be held longest. */
export function worstTenant(
  run: RunArtifacts,
  cluster: ClusterRecord,
  record: ProofRecord,
  statement: ProvedStatement,
): { readonly tenant: string; readonly holdMs: number } | null {
  const all = record.proof.statements.map(measured);
  let worst: { tenant: string; holdMs: number } | null = null;
  for (const tenant of cluster.tenants) {
    const strongest = strongestOf(predictLocks(measured(statement), all, scaleOf(run, cluster, tenant)));
    if (!strongest || strongest.holdMs === null) continue;
    if (!worst || strongest.holdMs > worst.holdMs) worst = { tenant, holdMs: strongest.holdMs };
  }
  return worst;
}

function strongestOf(locks: readonly PredictedLock[]): PredictedLock | undefined {
  const rank = ({ mode, holdMs }: PredictedLock) => [LOCK_MODES.indexOf(mode), holdMs ?? Number.POSITIVE_INFINITY];
  return [...locks].sort((a, b) => {
    const [modeA = 0, holdA = 0] = rank(a);
    const [modeB = 0, holdB = 0] = rank(b);
    return modeB - modeA || holdB - holdA;
  })[0];
}

function measured(statement: ProvedStatement): MeasuredStatement {
  const { startMs, ms, locks, kept, rewrites, scans, written } = statement;
  const tables = [...kept, ...rewrites, ...scans.map(({ table }) => table), ...written.map(({ table }) => table)];
  return { startMs, ms, locks, tables: [...new Set(tables)] };
}

/** An empty table is treated as one page. */
const PAGE_BYTES = 8192;

/** How much larger a table is in a tenant than on the clone, which is the representative's; null if unknown. */
export function scaleOf(run: RunArtifacts, cluster: ClusterRecord, tenant: string): (table: string) => number | null {
  const own = bytesOf(run, tenant);
  const clone = bytesOf(run, cluster.representative);
  return (table) => {
    const [is, was] = [own(inSchemaOf(run, tenant, cluster.representative, table)), clone(table)];
    // The release itself created it: in every tenant it is as large as its source, and judged by that.
    if (was === null) return 1;
    if (is === null) return null;
    return Math.max(PAGE_BYTES, is) / Math.max(PAGE_BYTES, was);
  };
}

/** A table of the clone's tenant under its name in another tenant, where tenants are schemas. */
function inSchemaOf(run: RunArtifacts, tenant: string, representative: string, table: string): string {
  const schemaOf = (id: string) => run.fleet.find((one) => one.id === id)?.schema ?? null;
  const [from, to] = [schemaOf(representative), schemaOf(tenant)];
  return from !== null && to !== null && table.startsWith(`${from}.`) ? `${to}.${table.slice(from.length + 1)}` : table;
}

function bytesOf(run: RunArtifacts, tenant: string): (table: string) => number | null {
  const tables = run.readings.get(tenant)?.statistics?.tables ?? [];
  const sizes = new Map(tables.map((one) => [`${one.schema}.${one.name}`, one.sizeBytes + one.indexBytes]));
  return (table) => sizes.get(table) ?? null;
}
