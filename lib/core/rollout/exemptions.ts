import { z } from "zod";
import { day, decidedBy, reason } from "../decision-fields.js";
import type { Finding } from "../finding.js";
import { plural } from "../plural.js";

export const exemptionsSchema = z
  .array(
    z.strictObject({
      tenant: z.string().min(1),
      reason,
      expires: day,
      by: decidedBy,
    }),
  )
  .default([])
  .describe(
    "tenants that are left out for now, such as one that is unreachable: neither read nor migrated, and reported",
  );

/** A tenant that a person excluded, until the end of a day. */
export type Exemption = z.infer<typeof exemptionsSchema>[number];

export interface Exempted {
  /** For tenants that the registry lists, those in force today. */
  readonly exempt: readonly Exemption[];
  readonly findings: readonly Finding[];
}

/** Which exemptions are in force today; one that has expired, or names nobody, is reported and excludes nobody. */
export function exemptions(list: readonly Exemption[], tenants: ReadonlySet<string>, today: string): Exempted {
  const listed = list.filter(({ tenant }) => tenants.has(tenant));
  const holding = listed.filter(({ expires }) => expires >= today);
  const exempt = holding.filter(({ tenant }, at) => holding.findIndex((one) => one.tenant === tenant) === at);
  const covered = new Set(exempt.map(({ tenant }) => tenant));
  return {
    exempt,
    findings: [
      ...(exempt.length > 0 ? [left(exempt)] : []),
      ...list.filter(({ tenant }) => !tenants.has(tenant)).map(unlisted),
      ...listed.filter((one) => one.expires < today && !covered.has(one.tenant)).map(expired),
    ],
  };
}

/** `t_61 until 2026-12-31, by ada: moving to another server`. */
export function exemptionText({ tenant, reason, expires, by }: Exemption): string {
  return `${tenant} until ${expires}, by ${by}: ${reason}`;
}

function left(exempt: readonly Exemption[]): Finding {
  return {
    code: "load.exempt",
    gate: "load",
    severity: "note",
    subject: { kind: "config", name: "exempt" },
    message: `${plural(exempt.length, "tenant is", "tenants are")} exempt and not looked at: ${exempt.map(exemptionText).join("; ")}.`,
    remedy: { text: "Take the entry out of `exempt` in the config when the tenant can be migrated." },
    tenants: exempt.map(({ tenant }) => tenant),
  };
}

function unlisted({ tenant }: Exemption): Finding {
  return {
    code: "load.exemption-unknown",
    gate: "load",
    severity: "warning",
    subject: { kind: "tenant", name: tenant },
    message: `The config exempts tenant ${tenant}, which the registry does not list.`,
    remedy: { text: "Correct the id, or take the entry out of `exempt` in the config." },
  };
}

function expired({ tenant, expires, reason }: Exemption): Finding {
  return {
    code: "load.exemption-expired",
    gate: "load",
    severity: "warning",
    subject: { kind: "tenant", name: tenant },
    message: `The exemption of tenant ${tenant} (${reason}) ended on ${expires}; the tenant is read and migrated like any other.`,
    remedy: { text: "Take the entry out of `exempt` in the config, or renew it with a new date." },
    tenants: [tenant],
  };
}
