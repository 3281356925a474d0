import type { Finding } from "../finding.js";
import type { ClusterRisk, PredictedLock, RiskInput, TenantRisk } from "./input.js";
import { brokenQueries, changedQueries } from "./query-factors.js";
import { LOCK_WEIGHT, noisyOr, ROLLBACK_WEIGHT, saturate, several, WEIGHTS } from "./weights.js";

export const FACTOR_NAMES = [
  "blocking findings",
  "probe hits",
  "drift",
  "rollback",
  "proof",
  "opaque statements",
  "locks",
  "rewrites",
  "broken queries",
  "changed queries",
  "lint",
  "warnings",
  "age of the dry run",
  "size of the change",
] as const;
type FactorName = (typeof FACTOR_NAMES)[number];

/** One named reason for risk. */
export interface Factor {
  readonly name: FactorName;
  /** 0…1: the risk if there were no other reason. */
  readonly value: number;
  readonly reason: string;
}

/** What one tenant is judged by. */
export interface TenantView {
  readonly tenant: TenantRisk;
  /** Null when its cluster is not in the input. */
  readonly cluster: ClusterRisk | null;
  /** The findings that concern it or the whole release. */
  readonly findings: readonly Finding[];
  /** How many of the fleet's tenants belong to no proved cluster. */
  readonly withoutProof: number;
  readonly input: RiskInput;
}

type Measure = (view: TenantView) => { readonly value: number; readonly reason: string };

const MEASURES: Readonly<Record<FactorName, Measure>> = {
  "blocking findings": blocking,
  "probe hits": probeHits,
  drift,
  rollback,
  proof,
  "opaque statements": opaque,
  locks,
  rewrites,
  "broken queries": brokenQueries,
  "changed queries": changedQueries,
  lint,
  warnings,
  "age of the dry run": age,
  "size of the change": size,
};

/** Every factor of one tenant, including those that are 0, in the order of `FACTOR_NAMES`. */
export function tenantFactors(view: TenantView): readonly Factor[] {
  return FACTOR_NAMES.map((name) => ({ name, ...MEASURES[name](view) }));
}

/** For a tenant, or for the whole fleet when given every finding. */
export function blocking({ findings }: Pick<TenantView, "findings">) {
  const errors = findings.filter((finding) => finding.severity === "error");
  const first = errors[0];
  return {
    value: several(errors.length, WEIGHTS.blocking),
    reason: first
      ? `${count(errors.length, "finding blocks", "findings block")} the release; the first is ${first.code} on ${first.subject.name}`
      : "no finding blocks the release",
  };
}

function probeHits({ tenant }: TenantView) {
  const bad = (tenant.probeHits > 0 ? 1 : 0) + tenant.probesUnknown;
  if (tenant.probesUnknown > 0) {
    return {
      value: several(bad, WEIGHTS.probeHit),
      reason: `${count(tenant.probesUnknown, "probe", "probes")} gave no answer in ${tenant.id}`,
    };
  }
  return {
    value: Number.isNaN(tenant.probeHits) ? 1 : several(bad, WEIGHTS.probeHit),
    reason:
      tenant.probeHits > 0
        ? `${count(tenant.probeHits, "row", "rows")} in ${tenant.id} would break the release`
        : "no row would break the release",
  };
}

function drift({ tenant, cluster }: TenantView) {
  if (!cluster) return { value: 1, reason: `the schema of ${tenant.id} is not known` };
  const { healed, remaining, breaking } = cluster.drift;
  const value = noisyOr([
    several(healed, WEIGHTS.healedDifference),
    several(remaining, WEIGHTS.remainingDifference),
    several(breaking, WEIGHTS.breakingDifference),
  ]);
  if (value === 0) return { value, reason: "every tenant has the declared schema" };
  const parts = [
    breaking > 0 ? `${breaking} that break the release` : "",
    remaining > 0 ? `${remaining} that it leaves` : "",
    healed > 0 ? `${healed} that it heals` : "",
  ].filter(Boolean);
  return { value, reason: `differences from the declared schema, as in ${tenant.id}: ${parts.join(", ")}` };
}

const RESULTS: Readonly<Record<ClusterRisk["rollback"], string>> = {
  exact: "the way back restores schema and rows",
  "kept-since": "the way back keeps aside what is written since the release",
  kept: "the way back needs the rows kept aside",
  lossy: "the way back loses rows",
  impossible: "there is no way back",
  unproved: "the way back was not shown to work",
};

function rollback({ tenant, cluster }: TenantView) {
  const result = cluster?.rollback ?? "unproved";
  return {
    value: ROLLBACK_WEIGHT[result] ?? 1,
    reason: result === "exact" ? RESULTS.exact : `${RESULTS[result] ?? "unknown"}, as for ${tenant.id}`,
  };
}

function proof({ tenant, cluster, withoutProof, input }: TenantView) {
  if (cluster?.proved) return { value: 0, reason: "the release was executed on a clone of every cluster" };
  const share = withoutProof / Math.max(1, input.tenants.length);
  return {
    value: WEIGHTS.unproved + (1 - WEIGHTS.unproved) * share,
    reason: `${withoutProof} of ${count(input.tenants.length, "tenant", "tenants")} without proof, among them ${tenant.id}`,
  };
}

function opaque({ input }: TenantView) {
  const value = noisyOr([several(input.opaque, WEIGHTS.opaque), several(input.accepted, WEIGHTS.accepted)]);
  if (value === 0) return { value, reason: "every statement was understood" };
  return { value, reason: `not understood: ${input.opaque}; accepted unread by the config: ${input.accepted}` };
}

function locks({ tenant, cluster, input }: TenantView) {
  const predicted = tenant.locks ?? cluster?.locks ?? [];
  const stopping = strongestPerTable(predicted).filter((lock) => weightOf(lock) > 0);
  const [worst] = stopping.toSorted((a, b) => lockCost(b) - lockCost(a));
  if (worst === undefined) return { value: 0, reason: "no lock stops other sessions" };
  const traffic = Math.max(WEIGHTS.leastTraffic, tenant.traffic ?? WEIGHTS.assumedTraffic);
  const limit = input.lockTimeoutMs > 0 ? input.lockTimeoutMs : Number.POSITIVE_INFINITY;
  const wait = Math.min(limit, Math.max(0, tenant.longestTransactionMs));
  // Tables are held together until the commit, but a session waits for one lock at a time.
  const held = stopping.reduce((sum, lock) => sum + lockCost(lock), 0);
  const queued = Math.max(...stopping.map(weightOf)) * wait;
  return {
    value: saturate((traffic * (held + queued)) / 1000, WEIGHTS.blockedStatements),
    reason: lockReason(worst, tenant.id, traffic),
  };
}

function weightOf(lock: PredictedLock): number {
  return LOCK_WEIGHT[lock.mode] ?? 1;
}

function lockReason(lock: PredictedLock, tenant: string, traffic: number): string {
  const held = lock.holdMs === null ? "for an unknown time" : `predicted for ${Math.round(lock.holdMs)} ms`;
  return `${lock.mode} on ${lock.table} ${held} at ${Math.round(traffic)} statements per second, in ${tenant}`;
}

function holdOf(lock: PredictedLock): number {
  const unknown = lock.holdMs === null || Number.isNaN(lock.holdMs);
  return unknown ? Number.POSITIVE_INFINITY : Math.max(0, lock.holdMs);
}

/** A table is blocked once, however many locks one transaction holds on it: the costliest counts. */
function strongestPerTable(predicted: readonly PredictedLock[]): readonly PredictedLock[] {
  const byTable = new Map<string, PredictedLock>();
  for (const lock of predicted) {
    const known = byTable.get(lock.table);
    if (!known || lockCost(lock) > lockCost(known)) byTable.set(lock.table, lock);
  }
  return [...byTable.values()];
}

/** Milliseconds during which all of the table's traffic is stopped, or the equivalent for part of it. */
function lockCost(lock: PredictedLock): number {
  return weightOf(lock) === 0 ? 0 : weightOf(lock) * holdOf(lock);
}

function rewrites({ tenant, cluster }: TenantView) {
  const list = tenant.rewrites ?? cluster?.rewrites ?? [];
  const bytes = list.reduce((sum, one) => sum + Math.max(0, one.bytes ?? Number.POSITIVE_INFINITY), 0);
  const first = list[0];
  return {
    value: saturate(bytes, WEIGHTS.rewrittenBytes),
    reason: first ? `${first.table} is rewritten in ${tenant.id}: ${mebibytes(bytes)}` : "no table is rewritten",
  };
}

function lint({ findings }: TenantView) {
  const own = findings.filter((finding) => finding.gate === "lint");
  const errors = own.filter((finding) => finding.severity === "error").length;
  const warned = own.filter((finding) => finding.severity === "warning").length;
  return {
    value: noisyOr([several(errors, WEIGHTS.lint.error), several(warned, WEIGHTS.lint.warning)]),
    reason: own.length === 0 ? "no lint finding" : `lint: ${errors} errors, ${warned} warnings`,
  };
}

/** Drift, probes and queries have factors of their own. */
const COUNTED_ELSEWHERE: ReadonlySet<Finding["gate"]> = new Set(["lint", "diverge", "probe", "queries"]);

function warnings({ findings }: TenantView) {
  const other = findings.filter((f) => f.severity === "warning" && !COUNTED_ELSEWHERE.has(f.gate));
  return {
    value: several(other.length, WEIGHTS.warning),
    reason: other.length === 0 ? "no warning of another gate" : count(other.length, "warning", "warnings"),
  };
}

function age({ input }: TenantView) {
  if (input.dryRunAgeMs === null) return { value: WEIGHTS.ageCeiling, reason: "there was no dry run" };
  const hours = input.dryRunAgeMs / 3_600_000;
  return {
    value: WEIGHTS.ageCeiling * saturate(hours, WEIGHTS.ageHours),
    reason: `the dry run ended ${hours < 1 ? `${Math.round(hours * 60)} minutes` : `${Math.round(hours)} hours`} ago`,
  };
}

function size({ input }: TenantView) {
  return {
    value: several(input.statements, WEIGHTS.statement),
    reason: `${count(input.statements, "statement", "statements")}`,
  };
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

function mebibytes(bytes: number): string {
  return Number.isFinite(bytes) ? `${Math.round(bytes / 2 ** 20)} MiB` : "of unknown size";
}
