import { backfillSum } from "../../lib/core/rollout/backfill-sum.js";
import { waveAdvice } from "../../lib/core/versions/matrix.js";
import type { ApprovalView, ClusterView, ReviewModel } from "../../lib/review/model.js";

const majority = Array.from({ length: 246 }, (_, index) => `${String(index + 1).padStart(3, "0")}-prod`).filter(
  (id) => id !== "042-prod",
);

const clusters: readonly ClusterView[] = [
  {
    id: "a",
    fingerprint: "5f1c9a0be77d".padEnd(64, "0"),
    tenants: majority,
    majority: true,
    risk: 0.02,
    differences: [],
    proof: "proved",
  },
  {
    id: "b",
    fingerprint: "c04d1e8832aa".padEnd(64, "0"),
    tenants: ["042-prod"],
    majority: false,
    risk: 0.03,
    proof: "proved",
    differences: ["users", "teams", "usage_records"].map((table) => ({
      object: `index idx_tenant_quota on app.${table}`,
      kind: "missing" as const,
      declared: `CREATE INDEX idx_tenant_quota ON app.${table} USING btree (tenant_id, quota_limit)`,
      actual: null,
      effect: "healed" as const,
    })),
  },
  {
    id: "c",
    fingerprint: "91e2b7f04410".padEnd(64, "0"),
    tenants: ["159-legacy"],
    majority: false,
    risk: 0.03,
    proof: "proved",
    differences: [
      {
        object: "column app.users.quota_limit",
        kind: "changed",
        declared: "integer NOT NULL",
        actual: "integer",
        effect: "healed",
      },
    ],
  },
];

/** A clean release over 247 tenants, two of them have drifted. */
export function sampleModel(change: Partial<ReviewModel> = {}): ReviewModel {
  return {
    run: "20261122-165244-add-tenant-quota",
    release: {
      name: "20240115_add_tenant_quota",
      migrations: [{ version: "20240115", name: "add_tenant_quota", file: "20240115_add_tenant_quota/up.sql" }],
    },
    requester: "dana",
    digest: "d1".repeat(32),
    score: {
      fleet: 0.031,
      verdict: "ask",
      factors: [
        {
          name: "drift",
          value: 0.0119,
          reason: "differences from the declared schema, as in 042-prod: 3 that it heals",
        },
        { name: "lint", value: 0.0119, reason: "lint: 0 errors, 3 warnings" },
        { name: "size of the change", value: 0.0099, reason: "5 statements" },
        {
          name: "locks",
          value: 0.0008,
          reason: "AccessExclusiveLock on app.users predicted for 6 ms at 5 statements per second, in 001-prod",
        },
        { name: "probe hits", value: 0, reason: "no row would break the release" },
        { name: "rollback", value: 0, reason: "the way back restores schema and rows" },
        { name: "proof", value: 0, reason: "the release was executed on a clone of every cluster" },
      ],
    },
    thresholds: { ask: 0, quorum: 0.4, block: 0.7 },
    tenants: 247,
    exempt: [],
    notSelected: [],
    hosts: 1,
    clusters,
    statements: [
      {
        sql: "ALTER TABLE app.users ADD COLUMN IF NOT EXISTS quota_limit integer NOT NULL DEFAULT 1000",
        migration: "20240115_add_tenant_quota",
        source: { file: "20240115_add_tenant_quota/up.sql", line: 3 },
        transactionality: "inside",
        startMs: 0,
        ms: 2.1,
        locks: [{ table: "app.users", mode: "AccessExclusiveLock", fromMs: 0.3, toMs: 14.2 }],
        rewrites: [],
        scans: [],
        worst: { tenant: "118-prod", holdMs: 22 },
      },
      {
        sql: "CREATE INDEX IF NOT EXISTS idx_tenant_quota\n  ON app.teams (tenant_id, quota_limit)",
        migration: "20240115_add_tenant_quota",
        source: { file: "20240115_add_tenant_quota/up.sql", line: 6 },
        transactionality: "inside",
        startMs: 2.4,
        ms: 5.8,
        locks: [{ table: "app.teams", mode: "ShareLock", fromMs: 2.5, toMs: 14.2 }],
        rewrites: [],
        scans: ["app.teams"],
        worst: null,
      },
      {
        sql: "ALTER TABLE app.usage_records\n  ADD CONSTRAINT usage_records_user_fk FOREIGN KEY (user_id) REFERENCES app.users (id)",
        migration: "20240115_add_tenant_quota",
        source: { file: "20240115_add_tenant_quota/up.sql", line: 11 },
        transactionality: "inside",
        startMs: 8.3,
        ms: 4.4,
        locks: [{ table: "app.usage_records", mode: "ShareRowExclusiveLock", fromMs: 8.4, toMs: 14.2 }],
        rewrites: [],
        scans: ["app.usage_records"],
        worst: { tenant: "118-prod", holdMs: 31 },
      },
    ],
    rewrites: [],
    rollbacks: clusters.map((cluster) => ({
      cluster: cluster.id,
      tenants: cluster.tenants.length,
      migration: "20240115_add_tenant_quota",
      source: "inverse" as const,
      class: "exact" as const,
      statements: [
        'ALTER TABLE "app"."usage_records" DROP CONSTRAINT "usage_records_user_fk"',
        'DROP INDEX "app"."idx_tenant_quota"',
      ],
      losses: [],
      kept: [],
      proof: { status: "proved" as const, schemaEqual: true, rowsEqual: true, rows: 12480, ms: 38, reason: null },
    })),
    rehearsals: [],
    probes: [
      {
        code: "probe.foreign-key",
        meaning: "rows of app.usage_records without their user in app.users",
        tenants: 247,
        passed: 247,
        hits: [],
        unknown: [],
        repair: null,
      },
      {
        code: "probe.not-null",
        meaning: "rows of app.users where quota_limit is NULL",
        tenants: 247,
        passed: 247,
        hits: [],
        unknown: [],
        repair: null,
      },
    ],
    queries: [],
    findings: [
      {
        code: "SG014",
        gate: "lint",
        severity: "warning",
        subject: { kind: "index", name: "app.teams.idx_tenant_quota" },
        message: "CREATE INDEX without CONCURRENTLY stops writes to app.teams while it builds.",
        remedy: {
          text: "Build it outside the transaction.",
          sql: "CREATE INDEX CONCURRENTLY idx_tenant_quota ON app.teams (tenant_id, quota_limit);",
        },
      },
      {
        code: "drift.index-missing",
        gate: "diverge",
        severity: "warning",
        subject: { kind: "index", name: "app.users.idx_tenant_quota" },
        message: "042-prod lacks idx_tenant_quota on 3 tables; the release makes it.",
        tenants: ["042-prod"],
      },
    ],
    dryRun: { endedAt: "2026-11-22T16:52:31.000Z", ms: 14.2 },
    approval: null,
    rollout: null,
    plan: {
      migrations: [
        {
          version: "20240115",
          name: "add_tenant_quota",
          file: "20240115_add_tenant_quota/up.sql",
          sql: "ALTER TABLE app.users ADD COLUMN IF NOT EXISTS quota_limit integer NOT NULL DEFAULT 1000;",
        },
      ],
      change: { title: "pull request 12", commit: "ab".repeat(20), url: "https://example.com/pull/12" },
      waves: [
        { name: "canary", tenants: 1, window: null },
        { name: "wave 2 (eu)", tenants: 246, window: "Sat 02:00-05:00 Europe/Berlin" },
      ],
      expectedMs: 37_600,
      atOnce: 4,
      queries: false,
      stops: ["a tenant fails"],
      afterStop: "Migrated tenants keep the release; a person goes on or takes it back.",
    },
    backfills: null,
    hold: null,
    outcome: null,
    ...change,
  };
}

/** The question whether a run is to be taken back. */
export function rollbackModel(change: Partial<ReviewModel> = {}): ReviewModel {
  const tenant = (id: string, wayBack: "exact" | "lossy" | "impossible") =>
    ({ tenant: id, action: "roll back", migrations: ["2026_2", "2026_1"], wayBack }) as const;
  const waves = [
    { name: "canary", tenants: [tenant("001-prod", "exact")] },
    { name: "wave 2", tenants: [tenant("002-prod", "lossy"), tenant("003-prod", "impossible")] },
  ];
  return { ...sampleModel(), plan: null, takingBack: { waves, tenants: 3 }, ...change };
}

/** A release that four gates refuse, over a fleet whose names are hostile. */
export function blockedModel(change: Partial<ReviewModel> = {}): ReviewModel {
  const clean = sampleModel();
  const hostile = `"><img src=x onerror=alert(1)>`;
  return {
    ...clean,
    score: {
      fleet: 0.9871,
      verdict: "blocked",
      factors: [
        {
          name: "blocking findings",
          value: 0.9375,
          reason: "2 findings block the release; the first is probe.not-null on app.users.quota_limit",
        },
        { name: "probe hits", value: 0.9, reason: "312 rows in 088-prod would break the release" },
        { name: "rollback", value: 0.55, reason: "the way back loses rows, as for 001-prod" },
        {
          name: "locks",
          value: 0.31,
          reason: "AccessExclusiveLock on app.users predicted for 3900 ms at 190 statements per second, in 118-prod",
        },
        ...clean.score.factors.slice(0, 3),
      ],
    },
    clusters: [
      ...clean.clusters,
      {
        id: "d",
        fingerprint: "0b7733c1e0aa".padEnd(64, "0"),
        tenants: [hostile, "\u202eevil", "a&b <c>"],
        majority: false,
        risk: 0.9,
        proof: "failed",
        differences: [
          {
            object: `column app.${hostile}.plan`,
            kind: "extra",
            declared: null,
            actual: "text DEFAULT '</style><script>alert(1)</script>'",
            effect: "breaks",
          },
        ],
      },
    ],
    rollbacks: clean.rollbacks.map((one) => ({
      ...one,
      class: "lossy",
      losses: [{ what: "column", name: "app.users.legacy_plan", reason: "its values are gone when it is dropped" }],
      kept: ["users__legacy_plan"],
      proof:
        one.cluster === "b"
          ? {
              status: "failed",
              schemaEqual: true,
              rowsEqual: false,
              rows: 12480,
              ms: 44,
              reason: "2 rows of app.users differ",
            }
          : one.proof,
    })),
    probes: [
      {
        code: "probe.not-null",
        meaning: "rows of app.users where quota_limit is NULL",
        tenants: 247,
        passed: 244,
        hits: [
          { tenant: "088-prod", count: 312, keys: ["17", "29", "31", "44", "58"] },
          { tenant: hostile, count: 12000, keys: [hostile, "\u202e321", "' OR 1=1 --"] },
        ],
        unknown: [{ tenant: "231-prod", reason: "the estimate of 41 s is above the limit of 30 s" }],
        repair: "UPDATE app.users SET quota_limit = 1000 WHERE quota_limit IS NULL;",
      },
      ...clean.probes.slice(0, 1),
    ],
    findings: [
      {
        code: "probe.not-null",
        gate: "probe",
        severity: "error",
        subject: { kind: "column", name: "app.users.quota_limit" },
        message: `312 rows of app.users in 088-prod have no quota_limit, 12,000 in ${hostile}.`,
        remedy: {
          text: "Fill them in, then run the gate again.",
          sql: "UPDATE app.users SET quota_limit = 1000 WHERE quota_limit IS NULL;",
          command: "schema-gate check",
        },
        tenants: ["088-prod", hostile],
      },
      {
        code: "probe.unknown",
        gate: "probe",
        severity: "error",
        unknown: true,
        subject: { kind: "tenant", name: "231-prod" },
        message: "The probe of app.users was not run in 231-prod: its estimate of 41 s is above the limit of 30 s.",
        tenants: ["231-prod"],
      },
      ...clean.findings,
    ],
    ...change,
  };
}

/** One of two approvals given. */
export function sampleApproval(change: Partial<ApprovalView> = {}): ApprovalView {
  return {
    status: "pending",
    reason: "1 of 2 approvals given",
    quorum: 2,
    approvers: ["alex", "robin"],
    decisions: [
      { person: "robin", verdict: "approve", channel: "slack", at: "2026-11-22T16:58:00.000Z", reason: null },
    ],
    expiresAt: "2026-11-22T20:52:44.000Z",
    ...change,
  };
}

/** The third of four waves under way, one tenant failed. */
export function rollingModel(): ReviewModel {
  const wave = { running: 0, failures: [], done: 0, status: "waiting" as const };
  const done = sampleApproval({
    status: "approved",
    reason: "approved by robin, alex",
    decisions: ["slack", "link"].map((channel, index) => ({
      person: index === 0 ? "robin" : "alex",
      verdict: "approve" as const,
      channel,
      at: `2026-11-22T16:5${8 + index}:00.000Z`,
      reason: null,
    })),
  });
  return sampleModel({
    approval: done,
    rollout: {
      status: "running",
      reason: null,
      waves: [
        { ...wave, name: "canary", status: "done", planned: 1, done: 1 },
        { ...wave, name: "wave 2", status: "done", planned: 3, done: 3 },
        {
          name: "wave 3",
          status: "running",
          planned: 60,
          done: 31,
          running: 8,
          failures: [{ tenant: "077-prod", message: "could not get ShareLock on app.teams in 5 attempts" }],
        },
        { ...wave, name: "wave 4", planned: 183 },
      ],
    },
  });
}

/** Three deployed versions; the oldest breaks. */
export function sampleQueries(): ReviewModel["queries"] {
  const row = { queries: 12, breaks: 0, callsPerHour: null, needs: 0, retyped: 0, slower: 0 };
  const rows = [
    { ...row, version: "1.7", breaks: 3, callsPerHour: 1204 },
    { ...row, version: "1.8" },
    { ...row, version: "1.9", needs: 2 },
  ];
  return [{ cluster: "a", rows, advice: waveAdvice(rows) }];
}

/** Three tenants at work; the governor slows one and holds one. */
export function sampleBackfills(): NonNullable<ReviewModel["backfills"]> {
  const tenants = [
    {
      tenant: "031-prod",
      rows: 1_204_000,
      total: 3_000_000,
      rowsPerSecond: 21_400,
      leftMs: 84_000,
      pace: "go",
      why: "replica lag 0.1 s of 1.0 s",
    },
    {
      tenant: "077-prod",
      rows: 12_000,
      total: 50_000,
      rowsPerSecond: 3400,
      leftMs: 11_000,
      pace: "slow",
      why: "replica lag 0.6 s of 1.0 s",
    },
    {
      tenant: "088 <b>prod</b>",
      rows: 400,
      total: null,
      rowsPerSecond: 0,
      leftMs: null,
      pace: "pause",
      why: "sessions waiting for locks 12 of 10",
    },
  ] as const;
  const done = { ...tenants[0], tenant: "001-prod", rows: 9000, total: 9000, pace: "done" } as const;
  const at = "2026-11-22T17:00:00.000Z";
  const held = {
    pace: "pause",
    figure: "replica lag",
    times: 3,
    ms: 8200,
    from: at,
    to: at,
    worst: "replica lag 2.4 s of 1.0 s",
    part: 2.4,
  } as const;
  return {
    sum: backfillSum([...tenants, done]),
    tenants,
    governed: [{ host: "db-1.internal", decisions: [held] }],
    speed: 50,
  };
}
