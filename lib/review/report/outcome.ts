import type { Evidence } from "../../core/evidence/evidence.js";
import { scoreText } from "../../core/risk/score-text.js";
import { OUTCOMES } from "../components/outcomes.js";
import { count, duration, moment } from "../format.js";
import { foreign, type Html, html } from "../html.js";

/** How the run ended, at a glance. */
export function outcome(evidence: Evidence): Html {
  const { run, release, verdict } = evidence;
  const [headline, tone] = OUTCOMES[verdict.status];
  return html`<header class="hero">
<p class="eyebrow">Report of run <code>${foreign(run.id)}</code></p>
<h1>${release ? foreign(release.name) : "No release was read"}</h1>
<div class="verdict ${tone}">
<p class="answer"><span class="mark" aria-hidden="true"></span>${headline}</p>
<p class="why">${foreign(verdict.reason)}</p>
</div>
${facts(evidence)}
</header>`;
}

function facts(evidence: Evidence): Html {
  const { run, tenants, clusters, approval, score: risk } = evidence;
  const migrated = tenants.filter((tenant) => tenant.status === "migrated").length;
  const outliers = clusters.filter((cluster) => !cluster.majority);
  const hosts = new Set(tenants.map((tenant) => tenant.host)).size;
  const approvals = approval?.decisions.filter((one) => one.verdict === "approve").length ?? 0;
  return html`<dl class="facts">
${fact("Tenants", count(tenants.length, "tenant"), `on ${count(hosts, "host")}`, "#tenants")}
${fact("Migrated", String(migrated), `of ${tenants.length}`, "#rollout")}
${fact("Schemas", String(clusters.length), outliers.length === 0 ? "no outlier" : count(outliers.length, "outlier"), "#fleet")}
${fact("Risk", risk ? scoreText(risk.fleet) : "unknown", risk ? "of 1, the highest" : "it was not reached", "#score")}
${fact("Approval", approval?.status ?? "not asked", approval ? `${approvals} of ${approval.quorum} given` : "", "#decision")}
${fact("Took", took(run), moment(run.startedAt), "#log")}
</dl>`;
}

function took(run: Evidence["run"]): string {
  return run.finishedAt === null ? "not finished" : duration(Date.parse(run.finishedAt) - Date.parse(run.startedAt));
}

function fact(name: string, value: string, detail: string, href: string): Html {
  return html`<div><dt>${name}</dt><dd><a href="${href}">${value}</a><span>${detail}</span></dd></div>`;
}
