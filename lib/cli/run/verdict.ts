import { contractText } from "../../core/contract/contract.js";
import type { Finding } from "../../core/finding.js";
import { groupFindings } from "../../core/finding-groups.js";
import type { Release } from "../../core/migration/release.js";
import { plural } from "../../core/plural.js";
import { exemptionText } from "../../core/rollout/exemptions.js";
import { shortList } from "../../core/short-list.js";
import { loadParser } from "../../core/sql/parse.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { pendingContract } from "../../steps/catalog/pending.js";
import { expectedTime } from "../../steps/rollout/expected-time.js";
import { allFindings } from "../../steps/run/findings.js";
import { artifact, type ClusterRecord, need, type ScoreRecord } from "../../steps/run/records.js";
import type { RunScope } from "../../steps/run/run-scope.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import { duration, styleFor } from "../terminal/style.js";
import { wrap } from "../terminal/wrap.js";

const MOST_FINDINGS = 12;

/** What an approver must know first, on standard error, where progress goes. */
export async function printVerdict(io: Io, ports: Ports): Promise<void> {
  await loadParser();
  const release = await need<Release>(ports, artifact.release);
  const score = await need<ScoreRecord>(ports, artifact.score);
  const fleet = await need<readonly Tenant[]>(ports, artifact.fleet);
  const clusters = await need<readonly ClusterRecord[]>(ports, artifact.clusters);
  const style = styleFor(io);
  const out = (line: string) => io.stderr.write(`${line}\n`);
  out("");
  out(style.bold(`${printable(release.name)} on ${plural(fleet.length, "tenant")}`));
  out(`  risk       ${score.fleet.toFixed(2)}  (${score.verdict})`);
  out(`  contract   ${contractText(pendingContract(release, clusters))}`);
  out(
    `  schemas    ${plural(clusters.length, "cluster")}; ${clusters.map((one) => plural(one.tenants.length, "tenant")).join(", ")}`,
  );
  const left = await expectedTime(ports);
  if (left !== null && left.tenants > 0)
    out(
      `  rollout    about ${duration(left.ms)} for ${plural(left.tenants, "tenant")} in ${plural(left.waves, "wave")}`,
    );
  const { exempt = [], leftOut = [] } = (await ports.artifacts.get<RunScope>(artifact.scope)) ?? {};
  if (exempt.length > 0) out(`  exempt     ${exempt.map((one) => printable(exemptionText(one))).join("; ")}`);
  if (leftOut.length > 0) out(`  left out   ${plural(leftOut.length, "tenant was", "tenants were")} not selected`);
  const findings = (await allFindings(ports)).filter((finding) => finding.severity !== "note");
  printFindings(io, findings);
}

/** The findings, most severe first and identical ones once, up to a number that a person reads. */
export function printFindings(io: Io, findings: readonly Finding[]): void {
  const groups = groupFindings(findings);
  for (const { finding, each } of groups.slice(0, MOST_FINDINGS)) printFinding(io, finding, each.length);
  if (groups.length > MOST_FINDINGS) io.stderr.write(`  … and ${groups.length - MOST_FINDINGS} more in the report\n`);
}

/** Severity, message, and the way out; untrusted text is made printable. */
function printFinding(io: Io, finding: Finding, alike: number): void {
  const style = styleFor(io);
  const mark = finding.severity === "error" ? style.red("error  ") : style.yellow("warning");
  const write = (line: string) => io.stderr.write(`${io.live ? wrap(line, io.columns, 10) : line}\n`);
  const out = (text: string) => write(`          ${printable(text)}`);
  write(`  ${mark} ${finding.code}${concerned(finding)}: ${printable(finding.message)}`);
  if (alike > 1) out(`${plural(alike, "tenant")} alike, each with its own numbers: schema-gate report --tenant ID`);
  if (finding.source) out(`at ${finding.source.file}:${finding.source.line}:${finding.source.column}`);
  if (finding.severity !== "error" || !finding.remedy) return;
  const { text, sql, command } = finding.remedy;
  out(text);
  for (const line of (sql ?? "").split("\n").filter(Boolean)) out(line);
  if (command) out(`next: ${command}`);
}

/** The tenants that a finding concerns, the first few by name. */
function concerned({ tenants }: Finding): string {
  if (!tenants || tenants.length === 0) return "";
  return ` [${shortList(
    tenants.map((tenant) => printable(tenant)),
    3,
  )}]`;
}
