import type { Finding } from "../finding.js";
import type { Catalog } from "./catalog.js";
import type { Cluster } from "./clusters.js";
import { type CompareOptions, type Comparison, compareCatalogs, type Difference } from "./compare.js";
import { CatalogIndex } from "./lookup.js";
import { harmOf } from "./repair/harm.js";
import { orderedRepairs } from "./repair/repair.js";

/** Drift that somebody wants until a given day. One of `tenant` and `group` may be set; neither means every tenant. */
export interface Allowance {
  readonly tenant?: string | undefined;
  readonly group?: string | undefined;
  /** Subject of the difference, such as `app.users.nickname`; `*` stands for any text. */
  readonly object: string;
  readonly reason: string;
  /** `2026-12-31`: the last day on which it holds. */
  readonly expires: string;
}

export interface DriftInput {
  readonly cluster: Cluster;
  readonly actual: Catalog;
  readonly declared: Catalog;
  /** Group by tenant id, from the registry. */
  readonly groups: ReadonlyMap<string, string | null>;
  readonly allow: readonly Allowance[];
  /** `2026-01-31`. */
  readonly today: string;
  readonly options?: CompareOptions;
}

/** What a cluster's tenants have that the declared schema does not, or the other way round. */
export interface DriftReport extends Comparison {
  /** Id of the cluster. */
  readonly cluster: string;
  /** At most one per set of tenants whose remaining drift after the allowances is the same. */
  readonly findings: readonly Finding[];
  readonly allowed: readonly AllowedDifference[];
}

interface AllowedDifference {
  readonly tenants: readonly string[];
  readonly subject: string;
  readonly reason: string;
  readonly expires: string;
}

export function driftOf(input: DriftInput): DriftReport {
  const comparison = compareCatalogs(input.actual, input.declared, input.options);
  const allowed: AllowedDifference[] = [];
  const left = new Map<string, { tenants: string[]; differences: readonly Difference[] }>();
  for (const tenant of input.cluster.tenants) {
    const differences = comparison.differences.filter((difference) => {
      const whose = { tenant, group: input.groups.get(tenant) ?? null, today: input.today };
      const allowance = input.allow.find((each) => covers(each, whose, difference.subject));
      if (allowance)
        allowed.push({
          tenants: [tenant],
          subject: difference.subject,
          reason: allowance.reason,
          expires: allowance.expires,
        });
      return allowance === undefined;
    });
    const key = differences.map((each) => comparison.differences.indexOf(each)).join();
    const same = left.get(key);
    if (same) same.tenants.push(tenant);
    else left.set(key, { tenants: [tenant], differences });
  }
  const findings = [...left.values()].flatMap(({ tenants, differences }) =>
    differences.length === 0 ? [] : [driftFinding(input, tenants, differences)],
  );
  return { cluster: input.cluster.id, ...comparison, findings, allowed };
}

/** A finding for each expired allowance: what it allowed is drift again. */
export function expiredAllowances(allow: readonly Allowance[], today: string): Finding[] {
  return allow
    .filter((each) => each.expires < today)
    .map((each) => ({
      code: "drift.allowance-expired",
      gate: "diverge",
      severity: "warning",
      subject: { kind: "allowance", name: each.object },
      message: `The allowance for ${each.object} (${each.reason}) ended on ${each.expires}; what it covered counts as drift again.`,
      remedy: { text: "Repair the drift, or renew the entry under drift.allow in the config with a new date." },
      ...(each.tenant === undefined ? {} : { tenants: [each.tenant] }),
    }));
}

interface Whose {
  readonly tenant: string;
  readonly group: string | null;
  /** `2026-01-31`. */
  readonly today: string;
}

/** Whether the config allows a tenant to differ in this object today, by the object's subject. */
export function isAllowed(allow: readonly Allowance[], whose: Whose, subject: string): boolean {
  return allow.some((each) => covers(each, whose, subject));
}

function covers(allowance: Allowance, { tenant, group, today }: Whose, subject: string): boolean {
  if (allowance.expires < today) return false;
  if (allowance.tenant !== undefined && allowance.tenant !== tenant) return false;
  if (allowance.group !== undefined && allowance.group !== group) return false;
  return matches(allowance.object, subject);
}

/** Without regular expressions, so that no pattern can be slow: the pieces between the stars must come in order. */
function matches(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

function driftFinding(
  { cluster, actual, declared }: DriftInput,
  tenants: readonly string[],
  differences: readonly Difference[],
): Finding {
  const [first] = differences;
  const codes = new Set(differences.map(driftCode));
  const severity = (["error", "warning", "note"] as const).find((each) => differences.some((d) => d.severity === each));
  const complete = differences.every(({ repair }) => repair !== null);
  const single = differences.length === 1 && first !== undefined;
  return {
    code: codes.size === 1 && first !== undefined ? driftCode(first) : "drift.several",
    gate: "diverge",
    severity: severity ?? "error",
    subject: single ? { kind: first.kind, name: first.subject } : { kind: "cluster", name: `cluster ${cluster.id}` },
    message: single
      ? first.message
      : `${differences.length} differences from the declared schema: ${differences.map((each) => each.message).join(" ")}`,
    ...(complete
      ? {
          remedy: {
            text: repairText(differences),
            sql: orderedRepairs(differences, new CatalogIndex(actual), new CatalogIndex(declared)).join("\n"),
          },
        }
      : { remedy: { text: "Bring the tenant back to the declared schema, or allow the drift under drift.allow." } }),
    tenants,
  };
}

/** Warns where the repair does harm. */
function repairText(differences: readonly Difference[]): string {
  const harm = harmOf(differences);
  const advice = "Where the release does not bring the tenant back to the declared schema, this does";
  return harm === null ? `${advice}:` : `${advice}. ${harm}`;
}

/** `drift.index-missing`, `drift.column-nullable`, `drift.function-changed`, … */
function driftCode(difference: Difference): string {
  const kind = difference.kind.replaceAll(" ", "-");
  if (difference.kind === "column" && difference.attribute === "notNull")
    return difference.declared === true ? "drift.column-nullable" : "drift.column-not-null";
  return `drift.${kind}-${difference.change}`;
}
