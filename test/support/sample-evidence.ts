import type { Evidence } from "../../lib/core/evidence/evidence.js";
import { executionLog, type PhaseRecord } from "../../lib/core/evidence/execution-log.js";
import type { TenantEvidence } from "../../lib/core/evidence/fleet-evidence.js";

const START = Date.UTC(2024, 0, 15, 9, 30);
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();
const fingerprint = (letter: string) => letter.repeat(64);

export function sampleTenant(id: string, change: Partial<TenantEvidence> = {}): TenantEvidence {
  return {
    id,
    group: "prod",
    host: "db-1.internal:5432",
    database: `tenant_${id}`,
    schema: null,
    serverVersion: 180004,
    bytes: 8_400_000,
    cluster: "a",
    before: fingerprint("a"),
    after: fingerprint("f"),
    status: "migrated",
    score: 0.03,
    wave: "wave 1",
    ms: 41,
    attempts: 1,
    message: null,
    ...change,
  };
}

function phase(index: number, record: Pick<PhaseRecord, "phase" | "action"> & Partial<PhaseRecord>): PhaseRecord {
  const startedAt = START + index * 2000;
  return { status: "success", startedAt, finishedAt: startedAt + 1500, details: {}, ...record };
}

/** A finished run over as many tenants as asked for, two of them had drifted; every part filled. */
export function sampleEvidence(tenantCount = 12, change: Partial<Evidence> = {}): Evidence {
  const tenants = Array.from({ length: tenantCount }, (_, index) =>
    sampleTenant(`${String(index + 1).padStart(3, "0")}-prod`),
  );
  tenants[2] = sampleTenant("159-legacy", { cluster: "b", before: fingerprint("b"), score: 0.04, wave: "canary" });
  const source = { file: "20240115_add_tenant_quota.sql", line: 3 };
  return {
    format: "schema-gate-evidence",
    version: 1,
    run: {
      id: "20240115-093000-a1b2",
      command: "run",
      engine: "local",
      toolVersion: "0.1.0",
      requester: "dana",
      startedAt: at(0),
      finishedAt: at(64),
    },
    verdict: { status: "passed", reason: `All ${tenantCount} tenants were migrated and verified.` },
    release: {
      name: "20240115_add_tenant_quota",
      convention: "rust gate",
      digest: fingerprint("d"),
      migrations: [
        {
          version: "20240115",
          name: "add_tenant_quota",
          file: source.file,
          language: "sql",
          checksum: fingerprint("c"),
        },
      ],
      contract: { columns: 3, indexes: 2, foreignKeys: 1 },
      coverage: { understood: 5, opaque: 0, ignored: 0 },
    },
    declared: fingerprint("a"),
    tenants,
    clusters: [
      {
        id: "a",
        fingerprint: fingerprint("a"),
        tenants: tenantCount - 1,
        majority: true,
        representative: "001-prod",
        proof: "proved",
        differences: [],
      },
      {
        id: "b",
        fingerprint: fingerprint("b"),
        tenants: 1,
        majority: false,
        representative: "159-legacy",
        proof: "proved",
        differences: [
          {
            object: "column app.users.quota_limit",
            kind: "changed",
            declared: "integer NOT NULL",
            actual: "integer",
            effect: "healed",
            repair: 'ALTER TABLE "app"."users" ALTER COLUMN "quota_limit" SET NOT NULL',
          },
        ],
      },
    ],
    findings: [
      {
        code: "SG014",
        gate: "lint",
        severity: "warning",
        subject: { kind: "index", name: "app.users.idx_tenant_quota" },
        message: "CREATE INDEX without CONCURRENTLY stops writes to app.users while it builds.",
        remedy: {
          text: "Build it outside the transaction.",
          sql: "CREATE INDEX CONCURRENTLY idx_tenant_quota ON app.users (quota_limit);",
        },
        source: { file: source.file, line: 3, column: 1 },
      },
      {
        code: "drift.column-changed",
        gate: "diverge",
        severity: "note",
        subject: { kind: "column", name: "app.users.quota_limit" },
        message: "app.users.quota_limit is nullable in 1 tenant; the release makes it NOT NULL.",
        tenants: ["159-legacy"],
      },
    ],
    probes: [
      {
        code: "probe.not-null",
        subject: "app.users.quota_limit",
        meaning: "rows of app.users where quota_limit is NULL",
        tenants: tenantCount,
        passed: tenantCount,
        hits: [],
        unknown: [],
        repair: null,
      },
    ],
    dryRun: { endedAt: at(20), ms: 1480 },
    statements: [
      {
        sql: "CREATE INDEX idx_tenant_quota ON app.users (quota_limit)",
        migration: "20240115_add_tenant_quota",
        source,
        transactionality: "inside",
        startMs: 0,
        ms: 5.8,
        locks: [{ table: "app.users", mode: "ShareLock", fromMs: 0.2, toMs: 9 }],
        rewrites: [],
        scans: ["app.users"],
        worst: { tenant: "001-prod", holdMs: 22 },
      },
    ],
    rollbacks: [
      {
        cluster: "a",
        tenants: tenantCount - 1,
        migration: "20240115_add_tenant_quota",
        source: "inverse",
        class: "exact",
        statements: ['DROP INDEX "app"."idx_tenant_quota"'],
        losses: [],
        kept: [],
        proof: { status: "proved", schemaEqual: true, rowsEqual: true, rows: 1200, ms: 38, reason: null },
      },
    ],
    score: {
      fleet: 0.031,
      verdict: "ask",
      factors: [{ name: "lint", value: 0.012, reason: "lint: 0 errors, 1 warnings" }],
      thresholds: { ask: 0, quorum: 0.4, block: 0.7 },
    },
    approval: {
      digest: fingerprint("e"),
      requester: "dana",
      approvers: ["alice"],
      quorum: 1,
      status: "approved",
      reason: "approved by alice",
      requestedAt: at(22),
      expiresAt: at(86_422),
      decisions: [{ person: "alice", verdict: "approve", channel: "terminal", at: at(30), reason: null }],
    },
    rollout: {
      status: "done",
      reason: null,
      waves: [
        {
          name: "canary",
          status: "done",
          planned: 1,
          done: 1,
          running: 0,
          failures: [],
          startedAt: at(31),
          finishedAt: at(33),
        },
        {
          name: "wave 1",
          status: "done",
          planned: tenantCount - 1,
          done: tenantCount - 1,
          running: 0,
          failures: [],
          startedAt: at(33),
          finishedAt: at(60),
        },
      ],
    },
    log: executionLog(
      "20240115-093000-a1b2",
      "schema-gate",
      [
        phase(0, { phase: "introspection", action: "read every tenant", details: { tenants: tenantCount } }),
        phase(1, { phase: "schema_analysis", action: "read the release and its contract" }),
        phase(2, { phase: "divergence_detection", action: "compare the tenants", status: "warning" }),
        phase(10, { phase: "production_execution", action: "roll out in waves" }),
      ],
      {
        tenants_analyzed: tenantCount,
        divergence_issues_found: 1,
        rollback_paths_validated: tenantCount,
        dry_run_duration_ms: 1480,
        execution_risk_score: 0.031,
      },
    ),
    audit: { events: 21, head: fingerprint("9") },
    ...change,
  };
}

/** Names as a hostile or careless tenant registry could hold them. */
export const HOSTILE_NAMES: readonly string[] = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "</script><!--",
  "🦊".repeat(100),
  "שלום \u202Eevil\u202C",
  "zero\u200Bwidth\u0000nul\u001b[31m",
  "x".repeat(200),
  "`; DROP TABLE tenants; --",
  "| pipe | table | @everyone",
];
