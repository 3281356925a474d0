import type { LockMode } from "../../core/operations/operation.js";
import { count, duration } from "../format.js";
import { foreign, type Html, html, visibleLines } from "../html.js";
import type { LockView, ReviewModel, StatementView } from "../model.js";
import { chip, section } from "./section.js";

/** What other sessions cannot do meanwhile (PostgreSQL manual, "Explicit Locking", conflicting lock modes). */
const STOPS: Readonly<Record<LockMode, readonly [string, string]>> = {
  AccessShareLock: ["none", "stops nobody"],
  RowShareLock: ["none", "stops nobody"],
  RowExclusiveLock: ["none", "stops nobody"],
  ShareUpdateExclusiveLock: ["upkeep", "stops VACUUM and other DDL"],
  ShareLock: ["writes", "stops writes"],
  ShareRowExclusiveLock: ["writes", "stops writes"],
  ExclusiveLock: ["writes", "stops writes"],
  AccessExclusiveLock: ["all", "stops reads and writes"],
};

/** The statements in order, and on one time line the locks that each takes until its transaction ends. */
export function locks(model: ReviewModel): Html {
  const end = Math.max(
    0,
    ...model.statements.flatMap((one) => [one.startMs + one.ms, ...one.locks.map((l) => l.toMs)]),
  );
  const lead = `${count(model.statements.length, "statement")}, ${duration(end)} on the clone. A bar lasts from the grant of the lock to the end of its transaction.`;
  return section(
    "locks",
    "Statements and locks",
    lead,
    html`${timeline(model.statements, end)}
<ol class="statements">${model.statements.map((one) => statement(one))}</ol>`,
  );
}

function timeline(statements: readonly StatementView[], end: number): Html | false {
  const held = statements.flatMap((one, index) => one.locks.map((lock) => ({ lock, number: index + 1 })));
  if (held.length === 0) return false;
  return html`<div class="timeline">
<p class="legend"><span class="stop all">stops reads and writes</span><span class="stop writes">stops writes</span><span class="stop upkeep">stops upkeep</span><span class="stop none">stops nobody</span></p>
<ul>${held.map(({ lock, number }) => bar(lock, number, end))}</ul>
<p class="axis" aria-hidden="true"><span>0</span><span>${duration(end / 2)}</span><span>${duration(end)}</span></p>
</div>`;
}

function bar(lock: LockView, statement: number, end: number): Html {
  const [kind, stops] = STOPS[lock.mode];
  const from = end > 0 ? (lock.fromMs / end) * 100 : 0;
  const width = end > 0 ? ((lock.toMs - lock.fromMs) / end) * 100 : 100;
  return html`<li><span class="table">${foreign(lock.table)}</span>
<span class="mode">${lock.mode}, ${stops}, ${duration(lock.toMs - lock.fromMs)}, from statement ${statement}</span>
<svg width="100%" height="12" aria-hidden="true"><rect class="track" width="100%" height="12" rx="2"></rect><rect class="held ${kind}" x="${Math.min(99.4, from).toFixed(2)}%" width="${Math.max(0.6, width).toFixed(2)}%" height="12" rx="2"></rect></svg></li>`;
}

function statement(one: StatementView): Html {
  const strongest = one.locks.at(0);
  return html`<li>
<p class="meta"><code>${foreign(`${one.source.file}:${one.source.line}`)}</code> ${duration(one.ms)}
${strongest === undefined && chip("no new lock", "good")}
${one.transactionality === "outside" && chip("outside a transaction", "warn")}
${one.transactionality === "own" && chip("a transaction of its own", "plain")}
${one.rewrites.map((table) => html`<span class="chip bad">writes ${foreign(table)} anew</span>`)}
${one.scans.map((table) => html`<span class="chip warn">reads all of ${foreign(table)}</span>`)}
${one.worst !== null && html`<span class="chip plain">predicted: up to ${duration(one.worst.holdMs)} in ${foreign(one.worst.tenant)}</span>`}</p>
<pre tabindex="0"><code>${visibleLines(one.sql)}</code></pre>
</li>`;
}
