import { count } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { RolloutView, WaveView } from "../model.js";
import { chip, section } from "./section.js";

const TONES: Readonly<Record<RolloutView["status"], "good" | "warn" | "bad" | "plain">> = {
  running: "plain",
  done: "good",
  halted: "bad",
  "rolling back": "warn",
  "rolled back": "warn",
  failed: "bad",
};

const MOST_FAILURES = 25;

/** How far the waves are. The page replaces this part while it is open. */
export function rollout(view: RolloutView | null): Html {
  if (view === null) return html`<div id="live" data-final="false"></div>`;
  const done = view.waves.reduce((sum, wave) => sum + wave.done, 0);
  const planned = view.waves.reduce((sum, wave) => sum + wave.planned, 0);
  const final = view.status !== "running" && view.status !== "rolling back";
  const lead = html`<span role="status">${chip(view.status, TONES[view.status])} ${done} of ${count(planned, "tenant")} in ${count(view.waves.length, "wave")}.${view.reason !== null && html` ${foreign(view.reason)}`}</span>`;
  return html`<div id="live" data-final="${String(final)}">${section("rollout", "Rollout", lead, html`<ol class="waves">${view.waves.map((one) => wave(one))}</ol>`)}</div>`;
}

function wave(one: WaveView): Html {
  const at = (n: number) => `${one.planned > 0 ? ((n / one.planned) * 100).toFixed(2) : 0}%`;
  const failed = one.failures.length;
  return html`<li><span class="name">${one.name}</span><span class="value">${one.status}: ${one.done} of ${one.planned}${failed > 0 && `, ${failed} failed`}</span>
<svg width="100%" height="10" aria-hidden="true"><rect class="track" width="100%" height="10" rx="5"></rect><rect class="fill good" width="${at(one.done)}" height="10" rx="5"></rect><rect class="fill bad" x="${at(one.done)}" width="${at(failed)}" height="10"></rect><rect class="fill running" x="${at(one.done + failed)}" width="${at(one.running)}" height="10"></rect></svg>
${failed > 0 && html`<ul class="failures">${one.failures.slice(0, MOST_FAILURES).map((failure) => html`<li>${foreign(failure.tenant)}: ${foreign(failure.message)}</li>`)}</ul>`}</li>`;
}
