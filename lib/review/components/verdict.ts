import type { Factor } from "../../core/risk/factors.js";
import type { Verdict } from "../../core/risk/thresholds.js";
import { count, duration, moment, score } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { ReviewModel } from "../model.js";
import { section } from "./section.js";

const HEADLINES: Readonly<Record<Verdict, string>> = {
  pass: "Passed",
  ask: "Ready for a decision",
  quorum: "Risky: several people must decide",
  blocked: "Blocked",
};

export const TONES: Readonly<Record<Verdict, "good" | "warn" | "bad">> = {
  pass: "good",
  ask: "good",
  quorum: "warn",
  blocked: "bad",
};

/** The answer in one look: verdict, score on its scale, and the facts that an approver asks for first. */
export function verdict(model: ReviewModel): Html {
  const { score: risk } = model;
  return html`<header class="hero ${TONES[risk.verdict]}">
<p class="eyebrow">Schema migration · run <code>${foreign(model.run)}</code></p>
<h1>${foreign(model.release.name)}</h1>
<div class="verdict">
<p class="answer"><span class="mark" aria-hidden="true"></span>${HEADLINES[risk.verdict]}</p>
<p class="why">${why(model)}</p>
</div>
${gauge(model)}
${facts(model)}
</header>`;
}

function why(model: ReviewModel): Html {
  const errors = model.findings.filter((finding) => finding.severity === "error").length;
  if (errors > 0) return html`<a href="#findings">${count(errors, "finding blocks", "findings block")} the release</a>`;
  const top = model.score.factors.find((factor) => factor.value > 0);
  return top ? html`Most of the risk: ${foreign(top.reason)}.` : html`No factor speaks against it.`;
}

function gauge({ score: risk, thresholds }: ReviewModel): Html {
  const at = (value: number) => `${(value * 100).toFixed(2)}%`;
  const zone = (from: number, to: number, tone: string) =>
    html`<rect class="zone ${tone}" x="${at(from)}" y="10" width="${at(Math.max(0, to - from))}" height="8"></rect>`;
  const lines = [
    { value: thresholds.quorum, name: "quorum" },
    { value: thresholds.block, name: "block" },
  ];
  return html`<div class="gauge">
<p class="score"><strong>${score(risk.fleet)}</strong> <span>risk of the fleet, 0 to 1</span></p>
<svg class="scale" width="100%" height="44" role="img" aria-label="Risk ${score(risk.fleet)}; several people from ${thresholds.quorum}; blocked from ${thresholds.block}">
${zone(0, thresholds.quorum, "good")}${zone(thresholds.quorum, thresholds.block, "warn")}${zone(thresholds.block, 1, "bad")}
${lines.map((line) => html`<text class="tick" x="${at(line.value)}" y="36" text-anchor="middle">${line.name} ${line.value}</text>`)}
<g class="needle"><rect x="${at(risk.fleet)}" y="3" width="3" height="22" rx="1.5" transform="translate(-1.5 0)"></rect></g>
</svg>
</div>`;
}

function facts(model: ReviewModel): Html {
  const outliers = model.clusters.filter((cluster) => !cluster.majority);
  const drifted = outliers.reduce((sum, cluster) => sum + cluster.tenants.length, 0);
  const proved = model.rollbacks.filter((rollback) => rollback.proof.status === "proved").length;
  const hits = model.probes.reduce((sum, probe) => sum + probe.hits.length, 0);
  const unknown = model.probes.reduce((sum, probe) => sum + probe.unknown.length, 0);
  return html`<dl class="facts">
${fact("Tenants", count(model.tenants, "tenant"), `on ${count(model.hosts, "host")}`, "#fleet")}
${fact("Outliers", drifted === 0 ? "none" : count(drifted, "tenant"), outliers.length === 0 ? "one schema" : `in ${count(outliers.length, "cluster")}`, "#fleet")}
${fact("Longest lock", longestLock(model), model.dryRun ? `dry run of ${moment(model.dryRun.endedAt)}` : "no dry run", "#locks")}
${fact("Way back", `${proved} of ${model.rollbacks.length} proved`, "executed on clones and compared", "#rollback")}
${fact("Rows in the way", unknown > 0 ? "unknown" : hits === 0 ? "none" : `in ${count(hits, "place")}`, count(model.probes.length, "probe"), "#probes")}
</dl>`;
}

function fact(name: string, value: string, detail: string, href: string): Html {
  return html`<div><dt>${name}</dt><dd><a href="${href}">${value}</a><span>${detail}</span></dd></div>`;
}

function longestLock(model: ReviewModel): string {
  const holds = model.statements.flatMap((one) => [
    ...one.locks.filter((lock) => lock.mode !== "AccessShareLock").map((lock) => lock.toMs - lock.fromMs),
    ...(one.worst ? [one.worst.holdMs] : []),
  ]);
  return holds.length === 0 ? "none" : duration(Math.max(...holds));
}

/** The factors behind the score, as bars: each the risk if there were no other reason. */
export function factors(model: ReviewModel): Html {
  const speaking = model.score.factors.filter((factor) => factor.value > 0);
  const silent = model.score.factors.filter((factor) => factor.value === 0);
  const lead = "Risk is 1 minus the product of (1 minus each factor); each bar is the risk if it were the only reason.";
  return section(
    "score",
    "Why this score",
    lead,
    html`<ul class="factors">${speaking.map((factor) => bar(factor))}</ul>
${silent.length > 0 && html`<p class="silent">Nothing to say: ${silent.map((factor) => factor.name).join(", ")}.</p>`}`,
  );
}

function bar(factor: Factor): Html {
  const tone = factor.value >= 0.5 ? "bad" : factor.value >= 0.1 ? "warn" : "good";
  return html`<li><span class="name">${factor.name}</span><span class="value">${score(factor.value)}</span>
<svg width="100%" height="6" aria-hidden="true"><rect class="track" width="100%" height="6" rx="3"></rect><rect class="fill ${tone}" width="${Math.max(0.5, factor.value * 100).toFixed(2)}%" height="6" rx="3"></rect></svg>
<span class="reason">${foreign(factor.reason)}</span></li>`;
}
