import type { Evidence } from "../evidence/evidence.js";
import { markdownCode, markdownText, renderMarkdown } from "../render/markdown.js";
import { shortList } from "../short-list.js";
import { rowText, versionName } from "../versions/matrix.js";
import { afterText, beforeText, sameMatrices } from "../versions/matrix-text.js";

/** Tenants named in one line; the evidence lists all of them. */
const MOST_NAMES = 20;

/** The report for a ticket: what was released, how it ended, where tenants differed, and every finding. */
export function markdownReport(evidence: Evidence): string {
  const { run, release, verdict } = evidence;
  const lines = [
    `# ${release ? markdownText(release.name) : "No release was read"}: ${verdict.status}`,
    "",
    markdownText(verdict.reason),
    "",
    ...table(evidence),
    ...differing(evidence),
    ...queries(evidence),
    ...waves(evidence),
    renderMarkdown(evidence.findings, { version: run.toolVersion, title: "Findings" }),
    `Check that nobody changed the record: ${markdownCode(`schema-gate audit verify ${run.id}`)}`,
    "",
  ];
  return lines.join("\n");
}

function table(evidence: Evidence): readonly string[] {
  const { run, tenants, clusters, score, approval, audit } = evidence;
  const migrated = tenants.filter((tenant) => tenant.status === "migrated").length;
  const rows: readonly (readonly [string, string])[] = [
    ["Run", markdownText(run.id)],
    ["Requested by", markdownText(run.requester)],
    ["Started", run.startedAt],
    ["Finished", run.finishedAt ?? "not finished"],
    ["Tenants", `${tenants.length}, ${migrated} migrated`],
    ["Schemas among them", String(clusters.length)],
    ["Risk", score ? `${score.fleet} (${score.verdict})` : "not reached"],
    ["Approval", markdownText(approval?.reason ?? "not asked")],
    ["Audit trail", `${audit.events} events, head ${markdownCode(audit.head.slice(0, 16))}`],
  ];
  return ["| | |", "|---|---|", ...rows.map(([name, value]) => `| ${name} | ${value} |`), ""];
}

function differing(evidence: Evidence): readonly string[] {
  const outliers = evidence.clusters.filter((cluster) => cluster.differences.length > 0);
  if (outliers.length === 0) return [];
  const lines = outliers.flatMap((cluster) => {
    const names = evidence.tenants.filter((tenant) => tenant.cluster === cluster.id).map((tenant) => tenant.id);
    return [
      `- ${shortList(names.map(markdownCode), MOST_NAMES)}`,
      ...cluster.differences.map(
        (one) =>
          `  - ${one.kind}: ${markdownCode(one.object)}, ${one.effect === "healed" ? "healed by the release" : one.effect}`,
      ),
    ];
  });
  return ["## Tenants that differ from the declared schema", "", ...lines, ""];
}

function queries({ queries: all = [] }: Evidence): readonly string[] {
  if (all.length === 0) return [];
  const rows = all.flatMap(({ cluster, rows: own }) =>
    own.map((row) => {
      const cells = [versionName(row), cluster, beforeText(row), afterText(row), String(row.queries)];
      return `| ${cells.map(markdownText).join(" | ")} |`;
    }),
  );
  const says = sameMatrices(all).map(
    ({ clusters, rows: own, advice }) =>
      `- ${markdownText(`${clusters.length < all.length ? `${clusters.join(", ")}: ` : ""}${own.map(rowText).join("; ")}. ${advice.text}`)}`,
  );
  const head = ["| version | cluster | before | after | queries |", "|---|---|---|---|---|"];
  return ["## The application's queries", "", ...head, ...rows, "", ...says, ""];
}

function waves(evidence: Evidence): readonly string[] {
  if (evidence.rollout === null) return [];
  const rows = evidence.rollout.waves.map(
    (wave) =>
      `| ${markdownText(wave.name)} | ${wave.status} | ${wave.done} of ${wave.planned} | ${wave.failures.length} |`,
  );
  return ["## Rollout", "", "| wave | status | tenants | failed |", "|---|---|---|---|", ...rows, ""];
}
