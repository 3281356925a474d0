import { visible } from "../../core/visible.js";
import { type Html, html, trusted } from "../html.js";
import type { ReviewModel } from "../model.js";
import { type DecisionForm, decision } from "./decision.js";
import { findings } from "./findings.js";
import { fleet } from "./fleet.js";
import { locks } from "./locks.js";
import { probes } from "./probes.js";
import { queries } from "./queries.js";
import { rollback } from "./rollback.js";
import { rollout } from "./rollout.js";
import { SCRIPT } from "./script.js";
import { STYLE } from "./style.js";
import { factors, verdict } from "./verdict.js";

/** The whole page. It needs nothing from the network: style and script are inside, and their hashes are in its policy. */
export function page(model: ReviewModel, form: DecisionForm | null): string {
  const waiting = model.rollout === null || model.rollout.status === "running";
  // Without a script the page loads itself again, but never while someone may be writing a reason.
  const reload = form === null && waiting;
  const body = html`<a class="skip" href="#decision">Go to the decision</a>
<div class="frame">
${verdict(model)}
<main>
${rollout(model.rollout)}
${fleet(model)}
${factors(model)}
${locks(model)}
${rollback(model)}
${probes(model)}
${model.queries.length > 0 && queries(model)}
${findings(model)}
</main>
${decision(model, form)}
</div>
<script>${trusted(SCRIPT)}</script>`;
  return shell(`${model.release.name}: review`, body, { reload, asked: form !== null });
}

/** What the page's script puts in place of the same parts while the rollout goes on. */
export function livePart(model: ReviewModel): string {
  return String(html`${verdict(model)}${rollout(model.rollout)}`);
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
${reload && html`<noscript><meta http-equiv="refresh" content="10"></noscript>`}
</head>
<body class="${asked ? "asked" : "shown"}">
${body}
</body>
</html>
`);
}
