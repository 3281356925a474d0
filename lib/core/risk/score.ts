import { blocks, type Finding } from "../finding.js";
import { blocking, FACTOR_NAMES, type Factor, tenantFactors } from "./factors.js";
import type { RiskInput } from "./input.js";
import { DEFAULT_THRESHOLDS, type Thresholds, type Verdict, verdictOf } from "./thresholds.js";
import { noisyOr } from "./weights.js";

export interface RiskScore {
  /** 0…1, to four decimal places. */
  readonly fleet: number;
  /** By tenant id, to four decimal places. */
  readonly tenants: Readonly<Record<string, number>>;
  /** The fleet's, all of them, largest first. */
  readonly factors: readonly Factor[];
  readonly verdict: Verdict;
}

/**
 * The risk that the release goes wrong: 1 − ∏ (1 − factor) over the named factors.
 *
 * A tenant's factors come from its own predictions, its cluster's proof and the findings that concern it. Each fleet factor is the worst tenant's, so
 * no tenant scores above its fleet. Any blocking finding makes the verdict `blocked` whatever the score.
 */
export function scoreRisk(input: RiskInput, thresholds: Thresholds = DEFAULT_THRESHOLDS): RiskScore {
  const clusters = new Map(input.clusters.map((cluster) => [cluster.id, cluster]));
  const findings = findingsByTenant(input.findings);
  const proved = new Set(input.clusters.filter((one) => one.proved).map((one) => one.id));
  const withoutProof = input.tenants.filter((one) => !proved.has(one.cluster)).length;
  // A finding may concern a tenant that is not in the input, because it could not be read.
  const worst = new Map<string, Factor>([
    ["blocking findings", { name: "blocking findings", ...blocking({ findings: input.findings }) }],
  ]);
  const tenants: [string, number][] = [];
  for (const tenant of input.tenants) {
    const factors = tenantFactors({
      tenant,
      cluster: clusters.get(tenant.cluster) ?? null,
      findings: findings(tenant.id),
      withoutProof,
      input,
    });
    tenants.push([tenant.id, total(factors)]);
    for (const factor of factors) {
      const known = worst.get(factor.name);
      if (!known || factor.value > known.value) worst.set(factor.name, factor);
    }
  }
  const factors = sorted([...worst.values()].map(rounded));
  const fleet = input.tenants.length === 0 ? 1 : total([...worst.values()]);
  const verdict = blocks(input.findings) ? "blocked" : verdictOf(fleet, thresholds);
  return { fleet, tenants: Object.fromEntries(tenants), factors, verdict };
}

function findingsByTenant(findings: readonly Finding[]): (tenant: string) => readonly Finding[] {
  const common = findings.filter((finding) => finding.tenants === undefined);
  const own = new Map<string, Finding[]>();
  for (const finding of findings) {
    for (const tenant of finding.tenants ?? []) {
      const list = own.get(tenant);
      if (list) list.push(finding);
      else own.set(tenant, [finding]);
    }
  }
  return (tenant) => [...common, ...(own.get(tenant) ?? [])];
}

function total(factors: readonly Factor[]): number {
  return round(noisyOr(factors.map((factor) => factor.value)));
}

function sorted(factors: readonly Factor[]): readonly Factor[] {
  return factors.toSorted((a, b) => b.value - a.value || FACTOR_NAMES.indexOf(a.name) - FACTOR_NAMES.indexOf(b.name));
}

function rounded(factor: Factor): Factor {
  return { ...factor, value: round(factor.value) };
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
