import { ACTIVITY, type Activity } from "../../core/catalog/activity.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import { counted } from "../../core/counted.js";
import type { Finding, Remedy } from "../../core/finding.js";
import type { ProbeQuery } from "../../core/probes/probe.js";
import { keepsRows } from "../../core/probes/support/set-aside.js";
import { shellWord } from "../../core/render/shell-word.js";
import { visible } from "../../core/visible.js";
import type { Session } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { openReplica } from "../catalog/replica.js";
import { ProbePlan } from "../probing/probe-plan.js";
import { isRehearsable } from "../probing/rehearsable.js";
import { type ProbeLimits, probeLimits, runProbe } from "../probing/run-probe.js";
import { unreachable } from "../run/database-finding.js";
import { type BatchInput, batchInput, eachTenant, type TenantOutcome } from "../run/each-tenant.js";
import { artifact, type BatchResult, type ProbeAnswer, type TenantProbes, type TenantReading } from "../run/records.js";
import type { Step } from "../run/step.js";
import { needRequest } from "../run/stored-request.js";

interface Output {
  readonly ok: boolean;
  /** Asking again would add nothing: what is unknown is left to a rehearsal, whose answer holds only for these questions. */
  readonly asked: boolean;
  readonly batch: string;
}

/** Rows that the release would fail on, counted in every tenant of a batch before any tenant is touched. */
export const probe: Step<BatchInput, Output> = {
  name: "probe",
  input: batchInput,
  settled: ({ asked }) => asked,
  async run(ports, { batch }) {
    const { config } = await needRequest(ports);
    const plan = await ProbePlan.of(ports, config);
    const limits = probeLimits(config);
    const read = await ports.artifacts.get<BatchResult<TenantReading>>(artifact.result("Introspect", batch));
    const readings = new Map(read?.records.map((reading) => [reading.tenant, reading]));
    const result = await eachTenant(ports, "Probe", batch, async (tenant) =>
      probeTenant(ports, tenant, await plan.queries(tenant, asRead(readings.get(tenant.id))), limits),
    );
    const unread = refusedTenants(read);
    const ok = result.records.every(({ tenant, status }) => status !== "unknown" || unread.has(tenant));
    return { ok, asked: result.records.every(isAsked), batch };
  },
};

/** The schema of a tenant and what it lacks: all that its cluster has in common. Undefined for one that could not be read. */
function asRead(reading: TenantReading | undefined) {
  const { fingerprint = null, pending = [] } = reading ?? {};
  return fingerprint === null ? undefined : { fingerprint, pending };
}

/** What kept a tenant from being read has a finding already; that nothing could be asked of it is no other one. */
function refusedTenants(read: BatchResult<unknown> | null): ReadonlySet<string> {
  return new Set(read?.findings.flatMap(({ severity, tenants }) => (severity === "error" ? (tenants ?? []) : [])));
}

function isAsked({ status, probes }: TenantProbes): boolean {
  if (status !== "unknown") return true;
  return probes.length > 0 && probes.every(({ result, rehearsable }) => result.status !== "unknown" || rehearsable);
}

/** Asks one tenant. Null for queries that could not be derived. */
export async function probeTenant(
  ports: Ports,
  tenant: Tenant,
  queries: readonly ProbeQuery[] | null,
  limits: ProbeLimits,
): Promise<TenantOutcome<TenantProbes>> {
  // Its finding was written when it could not be read.
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
      const inTheWay = result.status === "hit" && result.byError;
      const repair = query.repair === null || inTheWay ? null : bindSchemas(query.repair, tenant.schema);
      answers.push({ code, subject: query.subject.name, meaning, repair, result, rehearsable: isRehearsable(query) });
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
  /** On the replica if there is one that keeps up. */
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
      message: `Whether tenant ${tenant.id} has ${query.meaning} could not be determined: ${result.reason}.`,
      remedy: { text: "Raise timeouts.probe, or run the gate when the tenant is calmer." },
    };
  }
  if (result.status === "pass") return null;
  const keys = result.keys.length > 0 ? `, such as ${result.keys.join(", ")}` : "";
  return {
    ...base,
    message: `Tenant ${tenant.id} has ${counted(result.count, query.meaning)}${keys}; ${query.existing ? "an existing constraint forbids that, and the release may fail there or change it too" : "the release would fail there"}.`,
    remedy: repair
      ? remedyOf(tenant, repair, result.keys)
      : { text: "Look at these rows and decide what they should be: no value can be invented for them." },
  };
}

function remedyOf({ id }: Tenant, repair: string, keys: readonly string[]): Remedy {
  const sql = `${keysText(keys)}${repair};`;
  if (!keepsRows(repair)) return { text: "Look at these first; this ends them:", sql };
  return {
    text: "Look at these rows. What this repair takes away it keeps; the command runs it and can undo it:",
    sql,
    command: `schema-gate repair --tenant ${shellWord(id)}`,
  };
}

/** The first rows in the way, above their repair. A key may hold anything, so nothing in it may end the comment. */
function keysText(keys: readonly string[]): string {
  return keys.length === 0 ? "" : `-- In the way: ${keys.map(visible).join("; ")}\n`;
}
