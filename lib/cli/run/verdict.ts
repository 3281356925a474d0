import { countContract } from "../../core/contract/contract.js";
import type { Finding } from "../../core/finding.js";
import type { Release } from "../../core/release/release.js";
import { loadParser } from "../../core/sql/parse.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { allFindings } from "../../steps/findings.js";
import { pendingContract } from "../../steps/pending.js";
import { artifact, type ClusterRecord, need, type ScoreRecord } from "../../steps/records.js";
import type { Io } from "../io.js";
import { plural, printable, styleFor } from "../terminal/style.js";

const MOST_FINDINGS = 12;

/** What an approver must know before anything else, on standard error, where progress goes. */
export async function printVerdict(io: Io, ports: Ports): Promise<void> {
  await loadParser();
  const release = await need<Release>(ports, artifact.release);
  const score = await need<ScoreRecord>(ports, artifact.score);
  const fleet = await need<readonly Tenant[]>(ports, artifact.fleet);
  const clusters = await need<readonly ClusterRecord[]>(ports, artifact.clusters);
  const style = styleFor(io);
  const out = (line: string) => io.stderr.write(`${line}\n`);
  const contract = countContract(pendingContract(release, clusters));
  out("");
  out(style.bold(`${printable(release.name)} on ${plural(fleet.length, "tenant")}`));
  out(`  risk       ${score.fleet.toFixed(2)}  (${score.verdict})`);
  out(
    `  contract   ${contract.columns} columns, ${contract.indexes} indexes, ${plural(contract.foreignKeys, "foreign key")}`,
  );
  out(
    `  schemas    ${plural(clusters.length, "cluster")}; ${clusters.map((one) => plural(one.tenants.length, "tenant")).join(", ")}`,
  );
  const findings = (await allFindings(ports)).filter((finding) => finding.severity !== "note");
  for (const finding of findings.slice(0, MOST_FINDINGS)) printFinding(io, finding);
  if (findings.length > MOST_FINDINGS) out(`  … and ${findings.length - MOST_FINDINGS} more in the report`);
}

/** Severity, message, and the way out; untrusted text made printable. */
export function printFinding(io: Io, finding: Finding): void {
  const style = styleFor(io);
  const mark = finding.severity === "error" ? style.red("error  ") : style.yellow("warning");
  io.stderr.write(`  ${mark} ${finding.code}${concerned(finding)}: ${printable(finding.message)}\n`);
  if (finding.severity === "error" && finding.remedy) {
    io.stderr.write(`          ${printable(finding.remedy.text)}\n`);
    for (const line of (finding.remedy.sql ?? "").split("\n").filter(Boolean))
      io.stderr.write(`          ${printable(line)}\n`);
  }
}

/** The tenants that a finding concerns, the first few by name. */
function concerned({ tenants }: Finding): string {
  if (!tenants || tenants.length === 0) return "";
  const more = tenants.length > 3 ? ` and ${tenants.length - 3} more` : "";
  return ` [${tenants.slice(0, 3).map(printable).join(", ")}${more}]`;
}
