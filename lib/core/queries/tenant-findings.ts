import type { Finding } from "../finding.js";
import { plural } from "../plural.js";
import type { WorkloadQuery } from "../workload/workload.js";
import type { Refusal } from "./description.js";
import { shownText } from "./shown-text.js";

/** Any more are counted in one finding. */
const MOST = 50;

interface BrokenQuery {
  readonly query: Pick<WorkloadQuery, "id" | "text" | "role" | "versions" | "callsPerHour">;
  readonly refusal: Refusal;
}

/** Queries that worked on the clone after the release but fail in a tenant that has it. */
export function brokenInTenant(tenant: string, broken: readonly BrokenQuery[]): readonly Finding[] {
  const named = broken.slice(0, MOST).map(({ query, refusal }) => {
    const { id, text, versions, callsPerHour } = query;
    const rate = callsPerHour === null ? [] : [`${plural(Math.round(callsPerHour), "call")} an hour`];
    const about = [...(versions.length > 0 ? [`of ${versions.join(", ")}`] : []), ...rate];
    return breaks(
      tenant,
      { kind: "query", name: id },
      `${shownText(text)} fails in tenant ${tenant} after the release, and works on the clone: ${refusal.message} [${refusal.code}].${about.length > 0 ? ` Sent ${about.join(", ")}.` : ""}`,
    );
  });
  const more = broken.length - named.length;
  if (more <= 0) return named;
  const rest = `${plural(more, "more query", "more queries")} with the same verdict.`;
  return [...named, breaks(tenant, { kind: "query", name: "others" }, rest)];
}

function breaks(tenant: string, subject: Finding["subject"], message: string): Finding {
  return {
    code: "queries.breaks-in-tenant",
    gate: "queries",
    severity: "error",
    subject,
    message,
    remedy: {
      text: "Compare the tenant with its clone: roles, search_path, extensions. Correct it, then go on.",
      command: "schema-gate resume",
    },
    tenants: [tenant],
  };
}

/** What a migrated tenant did not tell about the workload; an error where everything must be examined. */
export function undescribed(tenant: string, what: string, blocking: boolean, reason?: string): Finding {
  const why = reason ?? "the gate's role may not take the role that sends it, or the server did not answer in time";
  return {
    code: "queries.unexamined",
    gate: "queries",
    severity: blocking ? "error" : "note",
    ...(blocking ? { unknown: true } : {}),
    subject: { kind: "tenant", name: tenant },
    message: `${what} could not be described in tenant ${tenant} after the release: ${why}.`,
    ...(blocking ? { remedy: { text: "Remove the reason, then go on.", command: "schema-gate resume" } } : {}),
    tenants: [tenant],
  };
}
