import { createHash } from "node:crypto";
import type { ClusterRecord, ProofRecord, TenantProgress, TenantReading } from "../../../lib/steps/run/records.js";

const FINGERPRINT = createHash("sha256").update("schema").digest("hex");

/** What the introspection keeps of a tenant with ten tables and twenty migrations. */
export function readingOf(tenant: string): TenantReading {
  const table = (index: number) => ({
    schema: "app",
    name: `table_${index}`,
    rows: 12_345,
    sizeBytes: 8_192_000,
    indexBytes: 4_096_000,
    sequentialScans: 17,
    indexScans: 123_456,
  });
  const entry = (index: number) => ({
    version: `202401${String(index).padStart(2, "0")}`,
    name: `migration_${index}`,
    checksum: FINGERPRINT,
    appliedAt: "2026-01-01T00:00:00.000Z",
    success: true,
  });
  return {
    tenant,
    status: "read",
    target: { system: "7000000000000000000", database: "16384" },
    fingerprint: FINGERPRINT,
    statistics: {
      serverVersion: 180004,
      versionText: "18.4",
      sizeBytes: 123_456_789,
      rows: 123_450,
      activeConnections: 1,
      connections: 5,
      encoding: "UTF8",
      collation: "C.UTF-8",
      tables: Array.from({ length: 10 }, (_, index) => table(index)),
      invalidIndexes: [],
      unvalidatedConstraints: [],
      activity: { transactions: 0, at: 0, server: "0" },
    },
    ledger: Array.from({ length: 20 }, (_, index) => entry(index)) as unknown as TenantReading["ledger"],
    pending: ["20240201"],
    unchanged: false,
    ms: 42,
  };
}

export function progressOf(tenant: string, wave: number, failed: boolean): TenantProgress {
  return {
    tenant,
    wave,
    status: failed ? "failed" : "migrated",
    before: FINGERPRINT,
    after: FINGERPRINT,
    attempts: 1,
    lockWaitMs: 3,
    ms: 420,
    message: null,
    lockTimeout: false,
    faults: [],
  } as unknown as TenantProgress;
}

export function clusterOf(tenants: readonly string[]): ClusterRecord {
  const [representative = ""] = tenants;
  const nothing = { declared: null, drift: null };
  return {
    id: "c0",
    fingerprint: FINGERPRINT,
    tenants,
    majority: true,
    pending: ["20240201"],
    representative,
    ...nothing,
  };
}

export function proofOf({ id, representative }: ClusterRecord): ProofRecord {
  return {
    cluster: id,
    clonedFrom: representative,
    after: FINGERPRINT,
    onTheWay: [FINGERPRINT],
    rollbacks: [],
    proof: { statements: [], analyzed: [] },
  } as unknown as ProofRecord;
}
