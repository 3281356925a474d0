import type { Evidence } from "../evidence/evidence.js";
import { compareFindings } from "../finding.js";
import { plural } from "../plural.js";
import { shortList } from "../short-list.js";
import { matrixLines } from "../versions/matrix-text.js";

/** Findings and tenants named in the terminal; the page and the evidence list all of them. */
const MOST = 10;

/** The report as plain lines for a terminal. Names are unchanged: the caller makes them safe to print. */
export function textReport(evidence: Evidence): readonly string[] {
  const { release, verdict, tenants, clusters, score, approval } = evidence;
  const migrated = tenants.filter((tenant) => tenant.status === "migrated").length;
  const differ = clusters.filter((cluster) => cluster.differences.length > 0).map((cluster) => cluster.id);
  const drifted = tenants.filter((tenant) => tenant.cluster !== null && differ.includes(tenant.cluster));
  return [
    `${release?.name ?? "no release was read"}: ${verdict.status}`,
    verdict.reason,
    "",
    `tenants    ${tenants.length}, ${migrated} migrated`,
    `schemas    ${clusters.length}${
      drifted.length > 0
        ? `; not the declared one: ${shortList(
            drifted.map(({ id }) => id),
            MOST,
          )}`
        : ""
    }`,
    `risk       ${score ? `${score.fleet} (${score.verdict})` : "not reached"}`,
    `approval   ${approval?.reason ?? "not asked"}`,
    ...analyzed(evidence),
    ...queries(evidence),
    ...findings(evidence),
  ];
}

function analyzed({ tenants }: Evidence): readonly string[] {
  const those = tenants.filter((tenant) => tenant.analyzed !== undefined);
  const all = those.flatMap((tenant) => tenant.analyzed ?? []);
  if (all.length === 0) return [];
  const ms = all.reduce((sum, each) => sum + each.ms, 0);
  const failed = all.filter((each) => each.failed !== null).length;
  return [
    `analyzed   ${plural(all.length, "time")} in ${plural(those.length, "tenant")} after the release, ${ms} ms${failed > 0 ? `; ${failed} failed` : ""}`,
  ];
}

function queries(evidence: Evidence): readonly string[] {
  const [first, ...rest] = matrixLines(evidence.queries ?? []);
  return first === undefined ? [] : [`queries    ${first}`, ...rest.map((line) => `           ${line}`)];
}

function findings(evidence: Evidence): readonly string[] {
  const sorted = evidence.findings.toSorted(compareFindings);
  if (sorted.length === 0) return ["findings   none"];
  const lines = sorted.slice(0, MOST).map((one) => `  ${one.severity.padEnd(8)} ${one.code}  ${one.message}`);
  const more = sorted.length - lines.length;
  return [`findings   ${sorted.length}`, ...lines, ...(more > 0 ? [`  and ${more} more`] : [])];
}
