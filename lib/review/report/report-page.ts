import { createHash } from "node:crypto";
import type { Evidence } from "../../core/evidence/evidence.js";
import { visible } from "../../core/visible.js";
import { contents } from "../components/contents.js";
import { decision } from "../components/decision.js";
import { findings } from "../components/findings.js";
import { fleet } from "../components/fleet.js";
import { locks } from "../components/locks.js";
import { probes } from "../components/probes.js";
import { queries } from "../components/queries.js";
import { rewrites } from "../components/rewrites.js";
import { rollback } from "../components/rollback.js";
import { rollout } from "../components/rollout.js";
import { STYLE } from "../components/style.js";
import { factors } from "../components/verdict.js";
import { type Html, html, trusted } from "../html.js";
import type { ReviewModel } from "../model.js";
import { outcome } from "./outcome.js";
import { log, record } from "./record.js";
import { REPORT_STYLE } from "./report-style.js";
import { reviewModel } from "./review-model.js";
import { SEARCH_SCRIPT, tenants } from "./tenants.js";

/** The report of a run as one HTML file that needs nothing from the network. The same evidence always gives the same bytes. */
export function reportPage(evidence: Evidence): string {
  const model = reviewModel(evidence);
  const body = html`<a class="skip" href="#findings">Go to the findings</a>
<div class="frame">
${outcome(evidence)}
<main>
${model.findings.length > 0 && findings(model)}
${evidence.rollout !== null && rollout(model)}
${evidence.score !== null && factors(model)}
${model.clusters.length > 0 && fleet(model)}
${model.statements.length > 0 && locks(model)}
${model.rewrites.length > 0 && rewrites(model)}
${model.rollbacks.length > 0 && rollback(model)}
${model.probes.length > 0 && probes(model)}
${model.queries.length > 0 && queries(model)}
${model.tenants > 0 && tenants(evidence)}
${log(evidence)}
${record(evidence)}
</main>
<div class="side">${decision(model, null)}${contents(partsOf(model, evidence))}</div>
</div>
${model.tenants > 0 && html`<script>${trusted(SEARCH_SCRIPT)}</script>`}`;
  return document(`${evidence.release?.name ?? evidence.run.id}: report`, body);
}

/** The parts that this report has, in order. */
function partsOf(model: ReviewModel, evidence: Evidence): readonly (readonly [string, string])[] {
  const parts: readonly (readonly [string, string, boolean])[] = [
    ["findings", "Findings", model.findings.length > 0],
    ["rollout", "Rollout", evidence.rollout !== null],
    ["score", "Why this score", evidence.score !== null],
    ["fleet", "The fleet", model.clusters.length > 0],
    ["locks", "Statements and locks", model.statements.length > 0],
    ["rewrites", "Ways without the lock", model.rewrites.length > 0],
    ["rollback", "The way back", model.rollbacks.length > 0],
    ["probes", "Rows in the way", model.probes.length > 0],
    ["tenants", "Tenants", model.tenants > 0],
    ["log", "What happened when", true],
    ["record", "The record", true],
  ];
  return parts.filter(([, , shown]) => shown).map(([id, title]) => [id, title]);
}

const STYLES = `${STYLE}\n${REPORT_STYLE}`;

/** Inside the file, because a file has no headers: nothing may be loaded, and only our own style and script count. */
const POLICY = `default-src 'none'; style-src ${hashOf(STYLES)}; script-src ${hashOf(SEARCH_SCRIPT)}; base-uri 'none'; form-action 'none'`;

function document(title: string, body: Html): string {
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<title>${visible(title)}</title>
<style>${trusted(STYLES)}</style>
</head>
<body>
${body}
</body>
</html>
`);
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
}
