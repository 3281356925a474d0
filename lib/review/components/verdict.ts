import type { ApprovalStatus } from "../../core/approval/decide.js";
import { blockedBy } from "../../core/report/blocked-by.js";
import type { Factor } from "../../core/risk/factors.js";
import { scoreText } from "../../core/risk/score-text.js";
import type { Verdict } from "../../core/risk/thresholds.js";
import { count, duration, moment } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { ReviewModel, RolloutView } from "../model.js";
import { stopsAnyone } from "./lock-mode.js";
import { type Headline, OUTCOMES } from "./outcomes.js";
import { section } from "./section.js";

const VERDICTS: Readonly<Record<Verdict, Headline>> = {
  pass: ["Passed", "good"],
  ask: ["Ready for a decision", "good"],
  quorum: ["Risky: several people must decide", "warn"],
  blocked: ["Blocked", "bad"],
};

const ANSWERS: Readonly<Record<ApprovalStatus, Headline | null>> = {
  pending: null,
  approved: ["Approved", "good"],
  rejected: ["Rejected", "bad"],
  expired: ["Nobody decided in time", "bad"],
  void: ["Void: it has changed since", "bad"],
};

const ROLLOUTS: Readonly<Record<RolloutView["status"], Headline>> = {
  running: ["Rolling out", "good"],
  done: ["Rolled out", "good"],
  halted: ["Halted", "bad"],
  "rolling back": ["Rolling back", "warn"],
  "rolled back": ["Rolled back", "warn"],
  failed: ["Failed", "bad"],
};

/** The state of the run: its end, else the rollout if there is one, else the answer, else the question. */
function headline({ takingBack, outcome, rollout, hold, approval, score: risk }: ReviewModel): Headline {
  if (takingBack !== undefined) return (approval && ANSWERS[approval.status]) ?? ["Take it back?", "warn"];
  if (outcome !== null) return OUTCOMES[outcome.status];
  if (hold !== null) return [hold.paused ? "Paused" : "Waiting for its window", "warn"];
  if (rollout !== null) return ROLLOUTS[rollout.status];
  return (approval && ANSWERS[approval.status]) ?? VERDICTS[risk.verdict];
}

/** The answer at a glance: verdict, score on its scale, and the facts that an approver asks for first. */
export function verdict(model: ReviewModel): Html {
  return html`<header id="verdict" class="hero">
<p class="eyebrow">${model.takingBack === undefined ? "Schema migration" : "Rollback"} · run <code>${foreign(model.run)}</code></p>
<h1>${foreign(model.release.name)}</h1>
${answer(model)}
${gauge(model)}
${facts(model)}
</header>`;
}

/** The state of the run, in a word and a sentence. The page replaces this part while it is open. */
export function answer(model: ReviewModel): Html {
  const [title, tone] = headline(model);
  return html`<div id="answer" class="verdict ${tone}">
<p class="answer"><span class="mark" aria-hidden="true"></span>${title}</p>
<p class="why">${why(model)}</p>
</div>`;
}

function why(model: ReviewModel): Html {
  if (model.takingBack !== undefined)
    return html`<a href="#taking-back">${count(model.takingBack.tenants, "tenant")}</a> would be taken back to before the release.`;
  if (model.outcome !== null) return foreign(model.outcome.reason);
  if (model.hold !== null) return html`The rollout is held: ${foreign(model.hold.text)}.`;
  const cause = blockedBy(model.findings, model.tenants);
  if (cause !== null) return html`<a href="#findings">${cause}</a>`;
  const top = model.score.factors.find((factor) => factor.value > 0);
  return top ? html`Most of the risk: ${foreign(top.reason)}.` : html`No factor raises the risk.`;
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
<p class="score"><strong>${scoreText(risk.fleet)}</strong> <span>risk of the fleet, 0 to 1</span></p>
<svg class="scale" width="100%" height="44" role="img" aria-label="Risk ${scoreText(risk.fleet)}; several people from ${thresholds.quorum}; blocked from ${thresholds.block}">
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
  return html`<dl class="facts">
${fact("Tenants", count(model.tenants, "tenant"), `on ${count(model.hosts, "host")}`, "#fleet")}
${fact("Outliers", drifted === 0 ? "none" : count(drifted, "tenant"), outliers.length === 0 ? "one schema" : `in ${count(outliers.length, "cluster")}`, "#fleet")}
${longestLock(model)}
${fact("Way back", `${proved} of ${model.rollbacks.length} proved`, "executed on clones and compared", "#rollback")}
${rowsInTheWay(model)}
</dl>`;
}

function rowsInTheWay({ probes }: ReviewModel): Html {
  const hit = new Set(probes.flatMap((probe) => probe.hits.map((one) => one.tenant))).size;
  const unknown = new Set(probes.flatMap((probe) => probe.unknown.map((one) => one.tenant))).size;
  const found = hit === 0 ? "none" : `in ${count(hit, "tenant")}`;
  const detail = unknown > 0 ? `no answer from ${count(unknown, "tenant")}` : count(probes.length, "probe");
  return fact("Rows in the way", unknown > 0 && hit === 0 ? "unknown" : found, detail, "#probes");
}

function fact(name: string, value: string, detail: Html | string, href: string): Html {
  return html`<div><dt>${name}</dt><dd><a href="${href}">${value}</a><span>${detail}</span></dd></div>`;
}

/** The longest hold of a lock that stops anyone: measured on the clone, or predicted if a tenant is larger. */
function longestLock(model: ReviewModel): Html {
  const locks = model.statements.flatMap((one) => one.locks);
  const stopping = locks.filter((lock) => stopsAnyone(lock.mode)).map((lock) => lock.toMs - lock.fromMs);
  const [predicted] = model.statements.flatMap((one) => one.worst ?? []).toSorted((a, b) => b.holdMs - a.holdMs);
  if (predicted !== undefined && predicted.holdMs >= Math.max(0, ...stopping)) {
    return fact("Longest lock", duration(predicted.holdMs), html`predicted for ${foreign(predicted.tenant)}`, "#locks");
  }
  if (locks.length === 0) return fact("Longest lock", "not measured", "no lock was seen on the clone", "#locks");
  const detail = model.dryRun ? `measured ${moment(model.dryRun.endedAt)}` : "there was no dry run";
  return fact("Longest lock", stopping.length === 0 ? "none" : duration(Math.max(...stopping)), detail, "#locks");
}

/** The factors behind the score, as bars: each shows the risk if there were no other reason. */
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
  return html`<li><span class="name">${factor.name}</span><span class="value">${scoreText(factor.value)}</span>
<svg width="100%" height="6" aria-hidden="true"><rect class="track" width="100%" height="6" rx="3"></rect><rect class="fill ${tone}" width="${Math.max(0.5, factor.value * 100).toFixed(2)}%" height="6" rx="3"></rect></svg>
<span class="reason">${foreign(factor.reason)}</span></li>`;
}
