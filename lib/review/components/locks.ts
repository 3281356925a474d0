import { visibleLines } from "../../core/visible.js";
import { count, duration } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { LockView, ReviewModel, StatementView } from "../model.js";
import { STOP_WORDS, stopOf, stopsAnyone } from "./lock-mode.js";
import { chip, section } from "./section.js";

/** A longer list of statements belongs in a file of its own: the evidence has it. */
const MOST_STATEMENTS = 150;
const MOST_BARS = 12;

/** The statements in order, and on one time line the locks that each takes until its transaction ends. */
export function locks(model: ReviewModel): Html {
  const end = Math.max(
    0,
    ...model.statements.flatMap((one) => [one.startMs + one.ms, ...one.locks.map((l) => l.toMs)]),
  );
  const measured = model.statements.some((one) => one.locks.length > 0);
  const took = end > 0 ? `, ${duration(end)} on the clone` : "";
  const lead = `${count(model.statements.length, "statement")}${took}. A bar lasts from the grant of the lock to the end of its transaction.`;
  return section(
    "locks",
    "Statements and locks",
    lead,
    html`${timeline(model.statements, end)}
<details><summary>${count(model.statements.length, "statement")} in order</summary>
<ol class="statements">${model.statements.slice(0, MOST_STATEMENTS).map((one) => statement(one, measured))}</ol>
${model.statements.length > MOST_STATEMENTS && html`<p class="silent">and ${count(model.statements.length - MOST_STATEMENTS, "more statement")}; the evidence has them all.</p>`}</details>`,
  );
}

function timeline(statements: readonly StatementView[], end: number): Html {
  const all = statements.flatMap((one, index) => one.locks.map((lock) => ({ lock, number: index + 1 })));
  // Every statement on a table takes some lock: none at all means that nobody looked.
  if (all.length === 0) return html`<p class="timeline">No lock was measured.</p>`;
  const stopping = all.filter(({ lock }) => stopsAnyone(lock.mode));
  if (stopping.length === 0) return html`<p class="timeline">No statement takes a lock that stops another session.</p>`;
  const longest = stopping.toSorted((a, b) => held(b.lock) - held(a.lock)).slice(0, MOST_BARS);
  const shown = stopping.filter((one) => longest.includes(one));
  const hidden = all.length - shown.length;
  return html`<div class="timeline">
<p class="legend">${(["all", "writes", "upkeep"] as const).map((stop) => html`<span class="stop ${stop}">${STOP_WORDS[stop]}</span>`)}</p>
<ul>${shown.map(({ lock, number }) => bar(lock, number, end))}</ul>
<p class="axis" aria-hidden="true"><span>0</span><span>${duration(end / 2)}</span><span>${duration(end)}</span></p>
${hidden > 0 && html`<p class="silent">${count(hidden, "more lock")} not drawn: shorter ones, and those that stop nobody.</p>`}
</div>`;
}

function held(lock: LockView): number {
  return lock.toMs - lock.fromMs;
}

function bar(lock: LockView, statement: number, end: number): Html {
  const stop = stopOf(lock.mode);
  const from = end > 0 ? (lock.fromMs / end) * 100 : 0;
  const width = end > 0 ? (held(lock) / end) * 100 : 100;
  return html`<li><span class="table">${foreign(lock.table)}</span>
<span class="mode">${lock.mode}, ${STOP_WORDS[stop]}, ${duration(held(lock))}, from statement ${statement}</span>
<svg width="100%" height="12" aria-hidden="true"><rect class="track" width="100%" height="12" rx="2"></rect><rect class="held ${stop}" x="${Math.min(99.4, from).toFixed(2)}%" width="${Math.max(0.6, width).toFixed(2)}%" height="12" rx="2"></rect></svg></li>`;
}

function statement(one: StatementView, measured: boolean): Html {
  return html`<li>
<p class="meta"><code>${foreign(`${one.source.file}:${one.source.line}`)}</code> ${one.ms > 0 && duration(one.ms)}
${measured && one.locks.length === 0 && chip("no new lock", "good")}
${one.transactionality === "outside" && chip("outside a transaction", "warn")}
${one.transactionality === "own" && chip("a transaction of its own", "plain")}
${one.rewrites.map((table) => html`<span class="chip bad">rewrites ${foreign(table)}</span>`)}
${one.scans.map((table) => html`<span class="chip warn">reads all of ${foreign(table)}</span>`)}
${one.worst !== null && html`<span class="chip plain">predicted: up to ${duration(one.worst.holdMs)} in ${foreign(one.worst.tenant)}</span>`}</p>
<pre tabindex="0"><code>${visibleLines(one.sql)}</code></pre>
</li>`;
}
