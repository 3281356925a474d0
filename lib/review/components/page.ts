import { visible } from "../../core/visible.js";
import { type Html, html, trusted } from "../html.js";
import type { ReviewModel } from "../model.js";
import { contents } from "./contents.js";
import { type DecisionForm, decision } from "./decision.js";
import { findings } from "./findings.js";
import { fleet } from "./fleet.js";
import { locks } from "./locks.js";
import { plan } from "./plan.js";
import { probes } from "./probes.js";
import { queries } from "./queries.js";
import { release } from "./release.js";
import { rollback } from "./rollback.js";
import { type HoldForm, rollout } from "./rollout.js";
import { SCRIPT } from "./script.js";
import { STYLE } from "./style.js";
import { takingBack } from "./taking-back.js";
import { unproved } from "./unproved.js";
import { answer, factors, verdict } from "./verdict.js";

/** What a reader may do here; null for what they may not. */
export interface Forms {
  readonly decision: DecisionForm | null;
  readonly hold: HoldForm | null;
}

const NO_FORMS: Forms = { decision: null, hold: null };

/** The whole page. It needs nothing from the network: style and script are inside, and their hashes are in its policy. */
export function page(model: ReviewModel, forms: Forms = NO_FORMS): string {
  // Without a script the page reloads, but never while someone may be writing a reason.
  const reload = forms.decision === null && model.outcome === null;
  const blocked = model.score.verdict === "blocked";
  const body = html`<a class="skip" href="#decision">Go to the decision</a>
<div class="frame">
${verdict(model)}
<main>
${model.takingBack !== undefined && takingBack(model.takingBack)}
${rollout(model, forms.hold)}
${blocked && findings(model)}
${release(model)}
${unproved(model)}
${fleet(model)}
${factors(model)}
${locks(model)}
${rollback(model)}
${probes(model)}
${model.queries.length > 0 && queries(model)}
${!blocked && findings(model)}
</main>
<div class="side">${decision(model, forms.decision)}${plan(model)}${contents(PARTS)}</div>
</div>
<script>${trusted(SCRIPT)}</script>`;
  return shell(`${model.release.name}: ${model.takingBack === undefined ? "review" : "rollback"}`, body, {
    reload,
    asked: forms.decision !== null,
  });
}

const PARTS = [
  ["fleet", "The fleet"],
  ["score", "Why this score"],
  ["locks", "Statements and locks"],
  ["rollback", "The way back"],
  ["probes", "Rows in the way"],
  ["findings", "Findings"],
] as const;

/** What the page's script puts in place of the same parts during the run. */
export function livePart(model: ReviewModel, hold: HoldForm | null = null): string {
  return String(html`${answer(model)}${rollout(model, hold)}${decision(model, null)}`);
}

/** A short page that says one thing, such as why a link does not work. */
export function notice(title: string, text: string): string {
  return shell(title, html`<div class="frame notice"><main><h1>${title}</h1><p>${visible(text)}</p></main></div>`, {
    reload: false,
    asked: false,
  });
}

function shell(title: string, body: Html, { reload, asked }: { reload: boolean; asked: boolean }): string {
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<title>${visible(title)}</title>
<style>${trusted(STYLE)}</style>
${reload && html`<noscript><meta http-equiv="refresh" content="5"></noscript>`}
</head>
<body class="${asked ? "asked" : "shown"}">
${body}
</body>
</html>
`);
}
