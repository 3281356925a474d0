import type { Governed } from "../../core/rollout/governed.js";
import { count, duration, moment, number } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { BackfillsView } from "../plan-view.js";
import { chip } from "./section.js";

const TONES = { go: "good", slow: "warn", pause: "bad", done: "good" } as const;
const SAID = { go: "goes", slow: "slowed", pause: "held", done: "done" } as const;
const MOST_SHOWN = 25;
/** What the buttons set, in percent of the time. */
const SPEEDS = [10, 25, 50, 100] as const;

/** Rows done out of how many, the rate, the time left and what the governor says, for the fleet and each tenant at work. */
export function backfills(view: BackfillsView, csrf: string | null): Html {
  const { sum, tenants, governed } = view;
  const begun = sum.tenants.go + sum.tenants.slow + sum.tenants.pause + sum.tenants.done;
  const left = sum.leftMs === null || sum.leftMs === 0 ? "" : `, about ${duration(sum.leftMs)} left of these`;
  const more = tenants.length - MOST_SHOWN;
  return html`<div class="backfills"><h3>Backfills</h3>
<p class="lead">${rowsText(sum.rows, sum.total)} in ${count(begun, "tenant")}, ${number(sum.tenants.done)} of them done; ${count(sum.rowsPerSecond, "row")} a second now${left}.${view.speed < 100 && ` Batches may take ${view.speed} % of the time.`}</p>
${speedForm(view.speed, csrf, tenants.length > 0)}
${tenants.length > 0 && html`<ul class="waves">${tenants.slice(0, MOST_SHOWN).map(tenant)}</ul>`}
${more > 0 && html`<p class="fine">and ${count(more, "tenant")} more at work</p>`}
${governed.map(({ host, decisions }) => html`<p class="fine">The governor of ${foreign(host)} so far:</p><ul class="bullets fine">${decisions.map(decision)}</ul>`)}</div>`;
}

function rowsText(rows: number, total: number | null): string {
  return total === null ? count(rows, "row") : `${number(rows)} of ${count(total, "row")}`;
}

function tenant(one: BackfillsView["tenants"][number]): Html {
  const left = one.leftMs === null || one.leftMs === 0 ? "" : `, about ${duration(one.leftMs)} left`;
  const part = one.total === null || one.total === 0 ? 0 : Math.min(100, (one.rows / one.total) * 100);
  return html`<li><span class="name">${foreign(one.tenant)}</span><span class="value">${rowsText(one.rows, one.total)}, ${number(one.rowsPerSecond)}/s${left}</span>
<svg width="100%" height="10" aria-hidden="true"><rect class="track" width="100%" height="10" rx="5"></rect><rect class="fill ${one.pace === "go" ? "good" : TONES[one.pace]}" width="${part.toFixed(2)}%" height="10" rx="5"></rect></svg>
<p class="reason">${chip(SAID[one.pace], TONES[one.pace])} ${foreign(one.why)}</p></li>`;
}

function decision({ pace, figure, times, ms, to, worst }: Governed): Html {
  return html`<li>${SAID[pace]} ${count(times, "time")} by ${foreign(figure)}, ${duration(ms)} in all, last at ${moment(to)}; at worst ${foreign(worst)}</li>`;
}

function speedForm(now: number, csrf: string | null, working: boolean): Html | false {
  if (csrf === null || !working) return false;
  return html`<form method="post" accept-charset="utf-8" class="hold speed" data-hold>
<input type="hidden" name="csrf" value="${csrf}"><span class="fine" id="speed-of">Part of the time that batches take:</span> <span role="group" aria-labelledby="speed-of">${SPEEDS.map((speed) => html`<button name="speed" value="${speed}" class="quiet" aria-pressed="${String(speed === now)}">${speed} %</button> `)}</span></form>`;
}
