import type { Finding } from "../../core/finding.js";
import type { TenantProbes } from "../run/records.js";

/** Rules that warn of rows which the text does not show, and the probe that counts just those. */
const ASKED: Readonly<Record<string, string>> = { SG001: "probe.new-not-null-column" };

/**
 * What the text alone must call an error is a note where the probe found such rows in no tenant at all. `tenants` are those that the
 * release is pending in: one without an answer leaves the error.
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
