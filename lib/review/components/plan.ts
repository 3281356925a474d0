import { count, duration } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { ReviewModel } from "../model.js";
import type { PlanView } from "../plan-view.js";

const MOST_WAVES = 8;

/** How the rollout would go: its waves, how long, and what stops it. Empty once it has begun: then the waves themselves are shown. */
export function plan({ plan: view, rollout, score }: ReviewModel): Html | false {
  if (view === null || rollout !== null || score.verdict === "blocked") return false;
  const { waves, atOnce } = view;
  if (waves.length === 0) return false;
  const more = waves.slice(MOST_WAVES);
  return html`<section id="plan" aria-labelledby="plan-title">
<h2 id="plan-title">How it rolls out</h2>
<p>${count(waves.length, "wave")}${timeText(view)}; up to ${count(atOnce, "tenant")} of a host at once.</p>
<ol class="steps">${waves
    .slice(0, MOST_WAVES)
    .map(
      (wave) =>
        html`<li><span>${foreign(wave.name)}</span><span class="value">${count(wave.tenants, "tenant")}</span>${wave.window !== null && html`<span class="note">only ${foreign(wave.window)}</span>`}</li>`,
    )}${more.length > 0 && html`<li><span>${count(more.length, "more wave")}</span><span class="value">${count(tenantsIn(more), "tenant")}</span></li>`}</ol>
<h3>It stops when</h3>
<ul class="bullets">${view.stops.map((stop) => html`<li>${foreign(stop)}</li>`)}</ul>
<p class="fine">${foreign(view.afterStop)}</p>
</section>`;
}

function timeText({ expectedMs }: Pick<PlanView, "expectedMs">): string {
  return expectedMs === null ? "" : `, about ${duration(expectedMs)}`;
}

function tenantsIn(waves: readonly { readonly tenants: number }[]): number {
  return waves.reduce((sum, wave) => sum + wave.tenants, 0);
}

/** What an approval starts, in one or two sentences; empty if there is no plan. */
export function starts({ plan: view, approval }: ReviewModel): Html | false {
  if (view === null || approval === null || approval.status !== "pending") return false;
  const given = approval.decisions.filter(({ verdict }) => verdict === "approve").length;
  const missing = approval.quorum - given;
  const [canary] = view.waves;
  const rolls =
    canary === undefined
      ? "ends the run: every tenant has the release already"
      : `starts the rollout: ${count(tenantsIn(view.waves), "tenant")} in ${count(view.waves.length, "wave")}${timeText(view)}, the canary of ${count(canary.tenants, "tenant")} first`;
  return html`<p class="starts">${
    missing > 1
      ? html`Approve is one of ${count(missing, "approval")} that are still needed. The last one ${rolls}.`
      : html`Approve ${rolls}. Nothing else is asked.`
  }</p>`;
}
