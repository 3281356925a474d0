import { dirname } from "node:path";
import { type Evidence, readEvidence } from "../../core/evidence/evidence.js";
import type { Finding } from "../../core/finding.js";
import { plural } from "../../core/plural.js";
import { shortList } from "../../core/short-list.js";
import { matrixLines } from "../../core/versions/matrix-text.js";
import type { Ports } from "../../ports/ports.js";
import { artifact } from "../../steps/run/records.js";
import type { Outcome } from "../../steps/states/report.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import { duration, type Style, styleFor } from "../terminal/style.js";
import { wrap } from "../terminal/wrap.js";
import { printFindings } from "./verdict.js";

/** A run and its place. */
export type RunPlace = Pick<Ports, "run" | "artifacts">;

/** The end of a run for a person, or as JSON for a machine, on standard output. */
export async function printSummary(io: Io, ports: RunPlace, outcome: Outcome, json: boolean): Promise<void> {
  const text = await ports.artifacts.getText(artifact.evidence);
  if (text === null) throw new Error(`the run ${ports.run} has an outcome but no evidence`);
  const evidence = readEvidence(text);
  if (json) {
    io.stdout.write(`${JSON.stringify(summaryOf(evidence, ports), null, 2)}\n`);
    return;
  }
  if (outcome.status !== "passed") {
    io.stderr.write("\n");
    printFindings(io, evidence.findings.filter((one) => one.severity === "error") as readonly Finding[]);
  }
  for (const line of lines(evidence, ports, styleFor(io)))
    io.stdout.write(`${io.interactive ? wrap(line, io.columns, 15) : line}\n`);
}

/** What `--json` prints; the whole evidence is in the run's folder. */
function summaryOf(evidence: Evidence, ports: Pick<Ports, "artifacts">) {
  const { run, verdict, release, log, findings, tenants } = evidence;
  return {
    run: run.id,
    outcome: verdict.status,
    reason: verdict.reason,
    release: release?.name ?? null,
    contract: release?.contract ?? null,
    score: evidence.score?.fleet ?? null,
    queries: evidence.queries ?? [],
    metrics: log.metrics,
    tenants: { total: tenants.length, migrated: tenants.filter((tenant) => tenant.status === "migrated").length },
    divergences: divergences(evidence).map(({ tenants: ids, differences }) => ({ tenants: ids, differences })),
    approvedBy: approvals(evidence).map(({ person }) => person),
    findings: {
      errors: findings.filter((finding) => finding.severity === "error"),
      warnings: findings.filter((finding) => finding.severity === "warning").length,
    },
    folder: dirname(ports.artifacts.locate(artifact.evidence)),
    report: ports.artifacts.locate(artifact.report),
  };
}

interface Divergence {
  readonly tenants: readonly string[];
  readonly differences: readonly string[];
}

function divergences(evidence: Evidence): readonly Divergence[] {
  return evidence.clusters
    .filter((cluster) => cluster.differences.length > 0)
    .map((cluster) => ({
      tenants: evidence.tenants.filter((tenant) => tenant.cluster === cluster.id).map((tenant) => tenant.id),
      differences: cluster.differences.map(({ object, kind, effect, declared, actual }) => {
        const what =
          kind === "changed"
            ? `${declared} declared, ${actual} found`
            : kind === "missing"
              ? "missing"
              : "not declared";
        return `${object}: ${what}${effect === "healed" ? " (the release repairs it)" : ""}`;
      }),
    }));
}

function lines(evidence: Evidence, ports: RunPlace, style: Style): readonly string[] {
  const { verdict, release, log, score } = evidence;
  const { metrics } = log;
  const colour = verdict.status === "passed" ? style.green : style.red;
  const found = divergences(evidence);
  const rows: [string, string][] = [
    ["outcome", `${style.bold(colour(verdict.status))}  ${printable(verdict.reason)}`],
    ["release", printable(release?.name ?? "none")],
    ["tenants", tenantsText(evidence)],
    ...matrixLines(evidence.queries ?? []).map((line, at): [string, string] => [
      at === 0 ? "queries" : "",
      printable(line),
    ]),
    ["findings", findingsText(evidence)],
    ["divergences", divergencesText(found)],
    ...found.flatMap((one): [string, string][] =>
      one.differences.map((difference) => ["", `${names(one.tenants)}: ${printable(difference)}`]),
    ),
    [
      "rollback",
      `proved for ${plural(metrics.rollback_paths_validated, "tenant")}; dry run ${duration(metrics.dry_run_duration_ms)}`,
    ],
    ...(evidence.approval === null ? [] : [["approved by", approvedText(evidence)] as [string, string]]),
    ["risk score", score === null ? "none" : `${score.fleet.toFixed(2)}  (${score.verdict})`],
    ["report", ports.artifacts.locate(artifact.report)],
    ["evidence", ports.artifacts.locate(artifact.evidence)],
  ];
  return ["", ...rows.map(([name, value]) => `  ${name.padEnd(12)} ${value}`), ""];
}

/** Every tenant of the run once, by its state. */
function tenantsText({ log, tenants, rollout }: Evidence): string {
  const of = (...statuses: readonly string[]) => tenants.filter(({ status }) => statuses.includes(status)).length;
  const parts = [
    [of("migrated"), "migrated", rollout !== null],
    [of("up to date"), "already had it", false],
    [of("rolled back"), "rolled back", false],
    [of("failed"), "failed", false],
    [of("unknown"), "unknown", false],
    [of("not started"), "not begun", false],
    [of("gone"), "no longer in the registry", false],
  ] as const;
  const said = parts.flatMap(([count, what, always]) => (count > 0 || always ? [`${count} ${what}`] : []));
  return [`${log.metrics.tenants_analyzed} analyzed`, ...said].join(", ");
}

function findingsText({ findings }: Evidence): string {
  const of = (severity: string) => findings.filter((finding) => finding.severity === severity).length;
  return `${plural(of("error"), "error")}, ${plural(of("warning"), "warning")}, ${plural(of("note"), "note")}`;
}

function divergencesText(found: readonly Divergence[]): string {
  if (found.length === 0) return "none";
  const tenants = found.reduce((sum, one) => sum + one.tenants.length, 0);
  const objects = new Set(found.flatMap(({ differences }) => differences)).size;
  return `${plural(tenants, "tenant")}, ${plural(objects, "object")}`;
}

function approvals({ approval }: Evidence) {
  return (approval?.decisions ?? []).filter(({ verdict }) => verdict === "approve");
}

function approvedText(evidence: Evidence): string {
  const given = approvals(evidence);
  if (given.length === 0) return "nobody";
  return given
    .map(({ person, channel, at }) => `${printable(person)} (${channel}, ${at.slice(0, 16).replace("T", " ")} UTC)`)
    .join(", ");
}

function names(tenants: readonly string[]): string {
  return shortList(
    tenants.map((tenant) => printable(tenant)),
    3,
  );
}
