import { capitalized } from "../capitalized.js";
import type { Finding, Gate } from "../finding.js";
import { plural } from "../plural.js";

/** Causes named in one sentence; the findings list all of them. */
const MOST_CAUSES = 3;

/**
 * Why a release is blocked, in words and with the tenants counted: "3 of 247 tenants have rows that would break it." Null when there is no error.
 * `all` is how many tenants the run is about.
 */
export function blockedBy(findings: readonly Finding[], all: number): string | null {
  const errors = findings.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return null;
  const causes = CAUSES.flatMap((cause) => {
    const found = errors.filter((finding) => causeOf(finding) === cause);
    return found.length === 0 ? [] : [WORDS[cause](found, all)];
  });
  const more = causes.length - MOST_CAUSES;
  const text = [
    ...causes.slice(0, MOST_CAUSES),
    ...(more > 0 ? [`and ${plural(more, "more cause", "more causes")}`] : []),
  ].join("; ");
  return `${capitalized(text)}.`;
}

const CAUSES = ["load", "rows", "drift", "lint", "queries", "trial", "wayBack", "risk", "unknown", "other"] as const;
type Cause = (typeof CAUSES)[number];

const BY_GATE: Readonly<Partial<Record<Gate, Cause>>> = {
  load: "load",
  probe: "rows",
  diverge: "drift",
  introspect: "drift",
  lint: "lint",
  queries: "queries",
  "dry-run": "trial",
  rollback: "wayBack",
  score: "risk",
};

function causeOf({ gate, unknown }: Finding): Cause {
  return unknown === true ? "unknown" : (BY_GATE[gate] ?? "other");
}

type Words = (found: readonly Finding[], all: number) => string;

const WORDS: Readonly<Record<Cause, Words>> = {
  load: (found) => `${plural(found.length, "part")} of the release could not be read`,
  rows: tenantsThat("has rows that would break it", "have rows that would break it"),
  drift: tenantsThat("has a schema on which it would fail", "have a schema on which it would fail"),
  lint: (found) => `lint refuses ${plural(found.length, "statement")}`,
  queries: (found) => `it breaks the application's queries in ${plural(found.length, "way")}`,
  trial: (found, all) => `it failed on the clones that stand for ${ofTenants(found, all)}`,
  wayBack: (found, all) => `its rollback is not proved for ${ofTenants(found, all)}`,
  risk: () => "its risk is above the line at which releases are blocked",
  unknown: (found, all) => {
    const n = tenantsOf(found).length;
    if (n > 0) return `${n} of ${plural(all, "tenant")} could not be examined in full`;
    return `${plural(found.length, "question", "questions")} about the release could not be answered`;
  },
  other: (found) => `${plural(found.length, "other finding blocks", "other findings block")} it`,
};

function tenantsThat(one: string, several: string): Words {
  return (found, all) => {
    const n = tenantsOf(found).length;
    if (n === 0) return `the fleet ${one}`;
    return `${n} of ${plural(all, "tenant")} ${n === 1 ? one : several}`;
  };
}

/** The whole fleet when no finding names a tenant. */
function ofTenants(found: readonly Finding[], all: number): string {
  const n = tenantsOf(found).length;
  return n === 0 ? `all ${plural(all, "tenant")}` : `${n} of ${plural(all, "tenant")}`;
}

function tenantsOf(found: readonly Finding[]): readonly string[] {
  return [...new Set(found.flatMap(({ tenants = [] }) => tenants))];
}
