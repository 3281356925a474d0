import { z } from "zod";
import type { Catalog } from "../../core/catalog/catalog.js";
import type { Finding } from "../../core/finding.js";
import { digest } from "../../core/json.js";
import { configWaivers } from "../../core/lint/config-waivers.js";
import { lintRelease } from "../../core/lint/lint-release.js";
import type { Rule } from "../../core/lint/rules/rule.js";
import type { Waived } from "../../core/lint/waivers.js";
import type { Release } from "../../core/migration/release.js";
import { plural } from "../../core/plural.js";
import { planFindings } from "../../core/rewrite/plan-findings.js";
import { withRewrite } from "../../core/rewrite/with-rewrite.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { largestTables } from "../catalog/largest-tables.js";
import { pendingOf } from "../catalog/pending.js";
import { answeredByProbes } from "../probing/answered-by-probes.js";
import { saveFindings } from "../run/findings.js";
import { metConditions } from "../run/met-conditions.js";
import { recordFindings } from "../run/recorded-findings.js";
import {
  artifact,
  type ClusterRecord,
  need,
  resultsOf,
  type TenantProbes,
  type TenantReading,
} from "../run/records.js";
import type { Step } from "../run/step.js";
import { needRequest } from "../run/stored-request.js";

const input = z.object({ run: z.string() });

interface Output {
  readonly findings: number;
}

/** What the text of the pending migrations shows, judged by the catalog of tenants that still lack all of them and by the largest tables. */
export const lint: Step<z.infer<typeof input>, Output> = {
  name: "lint",
  input,
  settled: () => true,
  async run(ports) {
    const { config } = await needRequest(ports);
    const release = await need<Release>(ports, artifact.release);
    const clusters = await need<readonly ClusterRecord[]>(ports, artifact.clusters);
    const readings = (await resultsOf<TenantReading>(ports, "Introspect")).flatMap((result) => result.records);
    const fleet = await need<readonly Tenant[]>(ports, artifact.fleet);
    const scripts = pendingOf(release, clusters);
    const before = standsBefore(clusters, scripts.length);
    const catalog = before ? await need<Catalog>(ports, artifact.catalog(before.fingerprint)) : null;
    const own = await ownRules(ports);
    const waived: Waived[] = [];
    const linted = await lintRelease({
      scripts: scripts.map((migration) => migration.up),
      ...(catalog ? { catalog } : {}),
      statistics: largestTables(readings, new Map(fleet.map((tenant) => [tenant.id, tenant.schema]))),
      waivers: configWaivers(config.lint),
      customRules: own.rules,
      onWaived: (each) => waived.push(each),
      today: new Date(ports.clock.now()).toISOString().slice(0, 10),
    });
    const probes = (await resultsOf<TenantProbes>(ports, "Probe")).flatMap((result) => result.records);
    const pending = clusters.filter((cluster) => cluster.pending.length > 0).flatMap(({ tenants }) => tenants);
    const plans = planFindings({
      all: release.migrations,
      clusters,
      queriesExamined: config.workload !== undefined,
      ...metConditions(config, ports),
    });
    const folder = config.migrations;
    const answered = answeredByProbes(linted, probes, pending).map((finding) => withRewrite(finding, folder));
    const findings = [...own.findings, ...plans, ...answered];
    await saveFindings(ports, "lint", findings);
    const errors = findings.filter((finding) => finding.severity === "error").length;
    ports.events.emit({
      type: "result",
      phase: "Lint",
      text: `${plural(findings.length, "finding")}, ${errors} of them block`,
    });
    for (const each of waived) await recordWaived(ports, each);
    await ports.audit.append({
      actor: "schema-gate",
      action: "step.finished",
      subject: { kind: "phase", name: "Lint" },
      digest: digest(findings),
      details: { findings: findings.length, errors },
    });
    await recordFindings(ports, "Lint");
    return { findings: findings.length };
  },
};

/**
 * The largest cluster in which every pending migration is still to run: in one that has some of them, what they create already exists, and
 * PostgreSQL would refuse there what it accepts elsewhere. Null when no cluster lacks them all; then only the text is judged.
 */
function standsBefore(clusters: readonly ClusterRecord[], all: number): ClusterRecord | null {
  return clusters.find(({ pending }) => pending.length === all) ?? null;
}

async function recordWaived(ports: Ports, { finding, waiver }: Waived): Promise<void> {
  const { file, line } = finding.source ?? { file: null, line: null };
  await ports.audit.append({
    actor: "schema-gate",
    action: "finding.waived",
    subject: finding.subject,
    digest: digest(finding),
    details: { rule: finding.code, reason: waiver.reason, until: waiver.until, message: finding.message, file, line },
  });
}

/** A rule that cannot be loaded was not asked, so it blocks. */
async function ownRules(ports: Ports): Promise<{ rules: readonly Rule[]; findings: readonly Finding[] }> {
  try {
    return { rules: await ports.lintRules(), findings: [] };
  } catch (error) {
    const finding: Finding = {
      code: "lint.rules-not-loaded",
      gate: "lint",
      severity: "error",
      unknown: true,
      subject: { kind: "config", name: "lint.rules" },
      message: `Your own rules did not run: ${error instanceof Error ? error.message : String(error)}.`,
      remedy: { text: "Correct the module, or take it out of lint.rules." },
    };
    return { rules: [], findings: [finding] };
  }
}
