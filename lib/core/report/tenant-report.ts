import { counted } from "../counted.js";
import type { Evidence } from "../evidence/evidence.js";
import { compareFindings } from "../finding.js";

/** What a run says about one tenant. */
export interface TenantReport {
  readonly run: string;
  readonly tenant: Evidence["tenants"][number] | null;
  readonly exempt: NonNullable<Evidence["exempt"]>[number] | null;
  readonly notSelected: boolean;
  readonly differences: Evidence["clusters"][number]["differences"];
  readonly probes: readonly { readonly meaning: string; readonly count: number; readonly keys: readonly string[] }[];
  /** Those that name it, the most severe first; then those about the whole release. */
  readonly findings: Evidence["findings"];
}

/** Null when the run knows no such tenant. */
export function tenantReport(evidence: Evidence, id: string): TenantReport | null {
  const tenant = evidence.tenants.find((one) => one.id === id) ?? null;
  const exempt = evidence.exempt?.find((one) => one.tenant === id) ?? null;
  const notSelected = evidence.notSelected?.includes(id) === true;
  if (tenant === null && exempt === null && !notSelected) return null;
  const cluster = evidence.clusters.find((one) => one.id === tenant?.cluster);
  const about = evidence.findings.filter(({ tenants }) => tenants?.includes(id) === true);
  const common = evidence.findings.filter(({ tenants, severity }) => tenants === undefined && severity === "error");
  return {
    run: evidence.run.id,
    tenant,
    exempt,
    notSelected,
    differences: cluster?.differences ?? [],
    probes: evidence.probes.flatMap(({ meaning, hits }) =>
      hits.filter((hit) => hit.tenant === id).map(({ count, keys }) => ({ meaning, count, keys })),
    ),
    findings: [...about.toSorted(compareFindings), ...common.toSorted(compareFindings)],
  };
}

/** The same as lines for a terminal. Names are unchanged: the caller makes them safe to print. */
export function tenantLines(report: TenantReport): readonly string[] {
  const { tenant, exempt, notSelected, differences, probes, findings } = report;
  if (tenant === null) {
    if (exempt === null) return [`not selected: the run ${report.run} was not about this tenant`];
    return [`exempt until ${exempt.expires}, by ${exempt.by}: ${exempt.reason}`];
  }
  const place = `${tenant.host}/${tenant.database}${tenant.schema === null ? "" : ` schema ${tenant.schema}`}`;
  return [
    `${tenant.id}: ${tenant.status}${tenant.message === null ? "" : `: ${tenant.message}`}`,
    `place      ${place}`,
    `wave       ${tenant.wave ?? "none"}`,
    `risk       ${tenant.score === null ? "not judged" : tenant.score.toFixed(2)}`,
    ...(notSelected ? ["not selected"] : []),
    ...differences.map(({ object, kind, effect }) => `schema     ${object}: ${kind} (${effect})`),
    ...probes.map(
      ({ meaning, count, keys }) =>
        `rows       ${counted(count, meaning)}${keys.length > 0 ? `, such as ${keys.join(", ")}` : ""}`,
    ),
    ...(findings.length === 0 ? ["findings   none"] : findings.flatMap(findingLines)),
  ];
}

function findingLines({ severity, code, message, remedy }: Evidence["findings"][number]): readonly string[] {
  const sql = (remedy?.sql ?? "").split("\n").filter(Boolean);
  return [
    `${severity.padEnd(8)}   ${code}: ${message}`,
    ...(severity === "error" && remedy !== undefined ? [`           ${remedy.text}`] : []),
    ...(severity === "error" ? sql.map((line) => `           ${line}`) : []),
  ];
}
