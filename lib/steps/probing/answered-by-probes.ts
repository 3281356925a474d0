import type { Finding } from "../../core/finding.js";
import type { TenantProbes } from "../run/records.js";

/** Rules that warn about rows that the text does not show, and the probe that counts exactly those rows. */
const ASKED: Readonly<Record<string, string>> = { SG001: "probe.new-not-null-column" };

/**
 * What must be an error going by the text becomes a note if the probe found such rows in no tenant. `tenants` are those where the release
 * is pending: one without an answer keeps the error.
 */
export function answeredByProbes(
  findings: readonly Finding[],
  probes: readonly TenantProbes[],
  tenants: readonly string[],
): readonly Finding[] {
  const byTenant = new Map(probes.map((each) => [each.tenant, each.probes]));
  const passed = (code: string, { subject }: Finding) =>
    tenants.length > 0 &&
    tenants.every((tenant) => {
      const answers = (byTenant.get(tenant) ?? []).filter(
        (answer) => answer.code === code && isSame(answer.subject, subject.name),
      );
      return answers.length > 0 && answers.every(({ result }) => result.status === "pass");
    });
  return findings.map((finding) => {
    const code = ASKED[finding.code];
    if (code === undefined || finding.severity !== "error" || finding.unknown || !passed(code, finding)) return finding;
    return { ...finding, severity: "note", message: `${finding.message} No tenant has such a row now.` };
  });
}

/** The text may leave out the schema. */
function isSame(probed: string, named: string): boolean {
  return probed === named || probed.endsWith(`.${named}`);
}
