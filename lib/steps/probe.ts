import { z } from "zod";
import { ACTIVITY, type Activity } from "../core/catalog/activity.js";
import type { Catalog } from "../core/catalog/catalog.js";
import { milliseconds } from "../core/config/config.js";
import type { Finding } from "../core/finding.js";
import { deriveProbes } from "../core/probes/index.js";
import type { ProbeQuery } from "../core/probes/probe.js";
import type { Release } from "../core/release/release.js";
import { bindSchemas } from "../core/rollback/own-schema.js";
import { loadParser } from "../core/sql/parse.js";
import type { Session } from "../ports/database.js";
import type { Ports } from "../ports/ports.js";
import type { Tenant } from "../ports/registry.js";
import { openReplica } from "./catalog/replica.js";
import { unreachable } from "./database-finding.js";
import { eachTenant, type TenantOutcome } from "./each-tenant.js";
import { type RunProbe, runProbe } from "./proof/run-probe.js";
import { artifact, type ClusterRecord, need, type ProbeAnswer, type RunRequest, type TenantProbes } from "./records.js";
import type { Step } from "./step.js";

const input = z.object({ run: z.string(), host: z.string(), batch: z.string() });

interface Output {
  readonly ok: boolean;
  readonly batch: string;
}

/** Rows that the release would trip over, counted in every tenant of a batch before any tenant is touched. */
export const probe: Step<z.infer<typeof input>, Output> = {
  name: "probe",
  input,
  settled: (output) => output.ok,
  async run(ports, { batch }) {
    const { config } = await need<RunRequest>(ports, artifact.request);
    const plan = await ProbePlan.of(ports);
    const limits = { timeout: milliseconds(config.timeouts.probe), costLimit: config.probeCostLimit };
    const result = await eachTenant(ports, "Probe", batch, async (tenant) =>
      probeTenant(ports, tenant, await plan.queries(tenant.id), limits),
    );
    return { ok: result.records.every((record) => record.status !== "unknown"), batch };
  },
};

/** The probes of each cluster, derived once. */
class ProbePlan {
  private readonly derived = new Map<string, readonly ProbeQuery[]>();

  private constructor(
    private readonly ports: Ports,
    private readonly release: Release,
    private readonly clusters: readonly ClusterRecord[],
  ) {}

  static async of(ports: Ports): Promise<ProbePlan> {
    await loadParser();
    const release = await need<Release>(ports, artifact.release);
    return new ProbePlan(ports, release, await need<readonly ClusterRecord[]>(ports, artifact.clusters));
  }

  /** Null for a tenant that is in no cluster: it was not read, so nothing can be derived for it. */
  async queries(tenant: string): Promise<readonly ProbeQuery[] | null> {
    const cluster = this.clusters.find((one) => one.tenants.includes(tenant));
    if (!cluster) return null;
    const known = this.derived.get(cluster.id);
    if (known) return known;
    const before = await need<Catalog>(this.ports, artifact.catalog(cluster.fingerprint));
    const pending = this.release.migrations.filter((migration) => cluster.pending.includes(migration.version));
    const queries = deriveProbes(
      pending.flatMap((migration) => migration.up.statements),
      before,
    );
    this.derived.set(cluster.id, queries);
    return queries;
  }
}

/** Asks one tenant. Null for queries that could not be derived. */
export async function probeTenant(
  ports: Ports,
  tenant: Tenant,
  queries: readonly ProbeQuery[] | null,
  limits: Pick<RunProbe, "timeout" | "costLimit">,
): Promise<TenantOutcome<TenantProbes>> {
  // Its finding was made when it could not be read.
  if (queries === null) return { record: { tenant: tenant.id, status: "unknown", probes: [] }, findings: [] };
  if (queries.length === 0) return { record: { tenant: tenant.id, status: "pass", probes: [] }, findings: [] };
  let sessions: ProbeSessions | null = null;
  try {
    sessions = await openSessions(ports, tenant, queries, limits.timeout);
    const { session, primary } = sessions;
    const [counted] = await session.query<{ activity: Activity }>(`select ${ACTIVITY} as activity`);
    const answers: ProbeAnswer[] = [];
    for (const query of queries) {
      const result = await runProbe(query.primary ? primary : session, query, {
        ...limits,
        schema: tenant.schema,
        clock: ports.clock,
      });
      const { code, meaning } = query;
      const repair = query.repair === null ? null : bindSchemas(query.repair, tenant.schema);
      answers.push({ code, subject: query.subject.name, meaning, repair, result });
    }
    return {
      record: { tenant: tenant.id, status: worst(answers), probes: answers, ...counted },
      findings: [...sessions.findings, ...findingsOf(tenant, queries, answers)],
    };
  } catch (error) {
    const finding = unreachable("probe", "probe.unreachable", tenant, "could not be probed", error);
    return { record: { tenant: tenant.id, status: "unknown", probes: [] }, findings: [finding] };
  } finally {
    await sessions?.close();
  }
}

interface ProbeSessions {
  /** On the replica when there is one that keeps up. */
  readonly session: Session;
  readonly primary: Session;
  readonly findings: readonly Finding[];
  close(): Promise<void>;
}

async function openSessions(
  ports: Ports,
  tenant: Tenant,
  queries: readonly ProbeQuery[],
  statementTimeout: number,
): Promise<ProbeSessions> {
  const { session, replica, findings } = await openReplica(ports.database, tenant, { statementTimeout, gate: "probe" });
  if (!replica || !queries.some(({ primary }) => primary))
    return { session, primary: session, findings, close: () => session.close() };
  try {
    const options = { purpose: "read", statementTimeout, lockTimeout: 1000 } as const;
    const primary = await ports.database.connect(tenant, options);
    const close = async () => {
      await Promise.all([session.close(), primary.close()]);
    };
    return { session, primary, findings, close };
  } catch (error) {
    await session.close();
    throw error;
  }
}

function worst(answers: readonly ProbeAnswer[]): TenantProbes["status"] {
  const statuses = answers.map((answer) => answer.result.status);
  return statuses.includes("unknown") ? "unknown" : statuses.includes("hit") ? "hit" : "pass";
}

function findingsOf(
  tenant: Tenant,
  queries: readonly ProbeQuery[],
  answers: readonly ProbeAnswer[],
): readonly Finding[] {
  return answers.flatMap((answer, index) => {
    const query = queries[index];
    return query ? (findingOf(tenant, query, answer) ?? []) : [];
  });
}

function findingOf(tenant: Tenant, query: ProbeQuery, { result, repair }: ProbeAnswer): Finding | null {
  const base = {
    code: query.code,
    gate: "probe",
    severity: "error",
    subject: query.subject,
    tenants: [tenant.id],
    source: query.statement.source,
  } as const;
  if (result.status === "unknown") {
    return {
      ...base,
      unknown: true,
      message: `Whether tenant ${tenant.id} has ${query.meaning} could not be found out: ${result.reason}.`,
      remedy: { text: "Raise timeouts.probe, or run the gate when the tenant is calmer." },
    };
  }
  if (result.status === "pass") return null;
  const keys = result.keys.length > 0 ? `, such as ${result.keys.join(", ")}` : "";
  return {
    ...base,
    message: `Tenant ${tenant.id} has ${result.count} ${query.meaning}${keys}; the release would fail there.`,
    remedy: repair
      ? { text: "Look at these rows, then repair them, for instance with:", sql: repair }
      : { text: "Look at these rows and decide what they should be." },
  };
}
