import { join } from "node:path";
import type pg from "pg";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import type { TenantServer } from "../tenants/tenant-server.js";

/** One way that a run can go, on either engine. */
export interface Scenario {
  readonly name: string;
  /** What it is about, for the page that shows both engines. */
  readonly about: string;
  readonly tenants: number;
  readonly config: Readonly<Record<string, unknown>>;
  /** What makes a tenant special before the run; tenants are in the order of their names. */
  prepare(server: TenantServer, tenants: readonly string[]): Promise<void>;
  /** Null: nobody answers. */
  readonly verdict: "approve" | "reject" | null;
  /** The tenant, by its place, in whose way somebody stands from the question on. */
  readonly blockedTenant: number | null;
  /** A last tenant, at which the process that reads it disappears. */
  readonly vanishing: boolean;
  readonly outcome: string;
  /** Codes of findings that must be there. */
  readonly findings: readonly string[];
  /** Places of the tenants that have the release in the end. */
  readonly migrated: readonly number[];
}

const ORDINARY = {
  tenants: 3,
  config: {},
  prepare: async () => {},
  verdict: "approve",
  blockedTenant: null,
  vanishing: false,
  findings: [],
  migrated: [],
} as const satisfies Partial<Scenario>;

/** A lock that is not waited for long. */
const IMPATIENT = { lockTimeout: "200ms", attempts: 1, lockTimeoutRate: 0 };

/** What the application sends: the release gives its first query another column, and leaves the second as it is. */
const QUERIES = join(packageRoot(), "test", "aws", "scenarios", "queries.sql");

export const SCENARIOS: readonly Scenario[] = [
  {
    ...ORDINARY,
    name: "pass",
    about: "nothing is in the way, and it is approved",
    outcome: "passed",
    migrated: [0, 1, 2],
  },
  {
    ...ORDINARY,
    name: "drift",
    about: "a tenant lacks a column that the release needs",
    prepare: async (server, [, second = ""]) => {
      await server.query(second, "alter table app.users drop column quota_limit cascade");
    },
    outcome: "blocked",
    findings: ["contract.column-missing"],
  },
  {
    ...ORDINARY,
    name: "probe hit",
    about: "a tenant has rows that the release would trip over",
    prepare: async (server, [, second = ""]) => {
      await server.query(second, "alter table app.users alter column quota_limit drop not null");
      await server.query(second, "update app.users set quota_limit = null where id in (17, 42)");
    },
    outcome: "blocked",
    findings: ["probe.not-null"],
  },
  {
    ...ORDINARY,
    name: "query",
    about: "the release gives a query of the application, whose sessions prepare it, another column",
    tenants: 1,
    config: { workload: { sql: [QUERIES], statistics: false, retyped: "error", required: true } },
    outcome: "blocked",
    findings: ["queries.retyped", "queries.versions"],
  },
  {
    ...ORDINARY,
    name: "lost child",
    about: "the process that reads a tenant disappears",
    vanishing: true,
    outcome: "blocked",
    findings: ["introspect.lost"],
  },
  { ...ORDINARY, name: "reject", about: "an approver says no", verdict: "reject", outcome: "rejected" },
  {
    ...ORDINARY,
    name: "approval timeout",
    about: "nobody answers before the question expires",
    config: { approval: { expires: "3s" } },
    verdict: null,
    outcome: "expired",
  },
  {
    ...ORDINARY,
    name: "breaker",
    about: "after the canary a tenant's table is locked; the rollout halts",
    config: { rollout: { ...IMPATIENT, onFailure: "halt" } },
    blockedTenant: 2,
    outcome: "halted",
    findings: ["rollout.breaker"],
    migrated: [0, 1],
  },
  {
    ...ORDINARY,
    name: "rollback",
    about: "after the canary a tenant's table is locked; all are taken back",
    config: { rollout: { ...IMPATIENT, onFailure: "rollback all" } },
    blockedTenant: 2,
    outcome: "rolled back",
    findings: ["rollout.breaker"],
  },
];

/** Holds a lock in the way of the release until it is let go. */
export async function standInTheWay(server: TenantServer, tenant: string): Promise<pg.Client> {
  const client = await server.client(tenant);
  await client.query("begin");
  await client.query("select 1 from app.users limit 1");
  return client;
}
