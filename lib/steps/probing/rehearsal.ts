import type { Finding } from "../../core/finding.js";
import type { Ports } from "../../ports/ports.js";
import type { OpenQuestion } from "../run/open-question.js";
import { artifact, resultsOf, type TenantProbes } from "../run/records.js";

/** How executing the release on a clone of one tenant went. */
export interface TenantRehearsal {
  readonly tenant: string;
  /**
   * `ran` and `failed`: executed on a clone of the tenant. `proved`: the cluster's dry run used a clone of this very tenant. `empty`: no
   * table that the release touches has a row. `too large` and `unknown` decide nothing.
   */
  readonly status: "ran" | "failed" | "proved" | "empty" | "too large" | "unknown";
  /** Of the tenant's database; null if nobody asked. */
  readonly bytes: number | null;
  readonly ms: number;
  /** Why it failed, or is unknown. */
  readonly reason: string | null;
  /** The questions that it answers. Empty if it decides nothing. */
  readonly decided: readonly OpenQuestion[];
}

export const REHEARSE = "Rehearse";

/** Which tenants are rehearsed, as planned after the last probing. */
export interface RehearsalPlan {
  readonly tenants: readonly string[];
}

/** How the planned rehearsals went so far; results of an earlier plan of the run no longer count. */
export async function rehearsalsOf(ports: Pick<Ports, "run" | "artifacts">): Promise<readonly TenantRehearsal[]> {
  const plan = await ports.artifacts.get<RehearsalPlan>(artifact.rehearsals);
  if (plan === null) return [];
  const planned = new Set(plan.tenants);
  const results = (await resultsOf<TenantRehearsal>(ports, REHEARSE)).flatMap((result) => result.records);
  return results.filter(({ tenant }) => planned.has(tenant));
}

/** What the probes of a tenant left open and an execution may answer; may be empty. */
export function openQuestions({ probes }: TenantProbes): readonly OpenQuestion[] {
  return probes.flatMap(({ code, subject, result, rehearsable }) =>
    result.status === "unknown" && rehearsable ? [{ code, subject }] : [],
  );
}

/** Without the findings that call a tenant unknown, if its rehearsal decided it. */
export function withoutDecided(
  findings: readonly Finding[],
  rehearsals: readonly TenantRehearsal[],
): readonly Finding[] {
  const decided = new Set(rehearsals.flatMap((each) => each.decided.map((question) => keyOf(each.tenant, question))));
  return findings.filter(({ gate, unknown, tenants, code, subject }) => {
    const [tenant, ...others] = tenants ?? [];
    if (gate !== "probe" || !unknown || tenant === undefined || others.length > 0) return true;
    return !decided.has(keyOf(tenant, { code, subject: subject.name }));
  });
}

/** The probes' answers, with a rehearsal's answers in place of unknown ones. */
export function withRehearsals(
  probes: readonly TenantProbes[],
  rehearsals: readonly TenantRehearsal[],
): readonly TenantProbes[] {
  const byTenant = new Map(rehearsals.map((rehearsal) => [rehearsal.tenant, rehearsal]));
  return probes.map((each) => {
    const rehearsal = byTenant.get(each.tenant);
    return rehearsal ? answered(each, rehearsal) : each;
  });
}

function answered(tenant: TenantProbes, { status, decided, reason, ms }: TenantRehearsal): TenantProbes {
  const known = new Set(decided.map((question) => keyOf(tenant.tenant, question)));
  const probes = tenant.probes.map((answer) => {
    if (answer.result.status !== "unknown" || !known.has(keyOf(tenant.tenant, answer))) return answer;
    const result =
      status === "failed"
        ? ({ status: "unknown", reason: `On a clone of this tenant the release failed: ${reason}` } as const)
        : ({ status: "pass", ms } as const);
    return { ...answer, result };
  });
  const statuses = probes.map(({ result }) => result.status);
  const worst = statuses.includes("unknown") ? "unknown" : statuses.includes("hit") ? "hit" : "pass";
  // A tenant that could not be probed at all has no answers, and stays unknown.
  return { ...tenant, probes, status: probes.length === 0 ? tenant.status : worst };
}

function keyOf(tenant: string, { code, subject }: OpenQuestion): string {
  return JSON.stringify([tenant, code, subject]);
}
