import { count } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { ReviewModel, RolloutView, WaveView } from "../model.js";
import { backfills } from "./backfills.js";
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

/** Who may pause, and what protects the form. */
export interface HoldForm {
  readonly csrf: string;
}

type Moving = Pick<ReviewModel, "rollout" | "backfills" | "hold" | "outcome" | "run">;

/** How far the waves are, with buttons to hold them for people who may. The page replaces this part while it is open. */
export function rollout(model: Moving, form: HoldForm | null = null): Html {
  const { rollout: view, outcome } = model;
  const final = String(outcome !== null);
  if (view === null) return html`<div id="live" data-final="${final}">${outcome !== null && ended(model)}</div>`;
  const done = view.waves.reduce((sum, wave) => sum + wave.done, 0);
  const planned = view.waves.reduce((sum, wave) => sum + wave.planned, 0);
  const lead = html`<span role="status">${chip(view.status, TONES[view.status])} ${done} of ${count(planned, "tenant")} in ${count(view.waves.length, "wave")}.${view.reason !== null && html` ${foreign(view.reason)}`}</span>`;
  return html`<div id="live" data-final="${final}">${section(
    "rollout",
    "Rollout",
    lead,
    html`${held(model, form)}<ol class="waves">${view.waves.map((one) => wave(one))}</ol>${model.backfills !== null && backfills(model.backfills, outcome === null ? (form?.csrf ?? null) : null)}${outcome !== null && ended(model)}`,
  )}</div>`;
}

function held({ rollout: view, hold, outcome }: Moving, form: HoldForm | null): Html | false {
  const goesOn = view?.status === "running" && outcome === null;
  if (!goesOn) return false;
  const said =
    hold !== null &&
    html`<p class="held-by">Held: ${foreign(hold.text)}. Tenants in progress finish; no other starts.</p>`;
  if (form === null || (hold !== null && !hold.paused)) return said;
  const action =
    hold === null
      ? html`<button name="hold" value="pause" class="quiet">Pause</button>`
      : html`<button name="hold" value="resume" class="approve">Resume</button>`;
  return html`${said}<form method="post" accept-charset="utf-8" class="hold" data-hold>
<input type="hidden" name="csrf" value="${form.csrf}">${action}</form>`;
}

/** The last thing that the page shows: the process that serves it ends with the run. */
function ended({ run }: Moving): Html {
  return html`<p class="ended">The run has ended, and this page no longer updates. The report: <code>schema-gate report ${foreign(run)}</code></p>`;
}

function wave(one: WaveView): Html {
  const at = (n: number) => `${one.planned > 0 ? ((n / one.planned) * 100).toFixed(2) : 0}%`;
  const failed = one.failures.length;
  return html`<li><span class="name">${one.name}</span><span class="value">${one.status}: ${one.done} of ${one.planned}${failed > 0 && `, ${failed} failed`}</span>
<svg width="100%" height="10" aria-hidden="true"><rect class="track" width="100%" height="10" rx="5"></rect><rect class="fill good" width="${at(one.done)}" height="10" rx="5"></rect><rect class="fill bad" x="${at(one.done)}" width="${at(failed)}" height="10"></rect><rect class="fill running" x="${at(one.done + failed)}" width="${at(one.running)}" height="10"></rect></svg>
${failed > 0 && html`<ul class="failures">${one.failures.slice(0, MOST_FAILURES).map((failure) => html`<li>${foreign(failure.tenant)}: ${foreign(failure.message)}</li>`)}</ul>`}</li>`;
}
