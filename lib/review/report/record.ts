import type { Evidence } from "../../core/evidence/evidence.js";
import { chip, section } from "../components/section.js";
import { count, duration, moment } from "../format.js";
import { foreign, type Html, html } from "../html.js";

const TONES = {
  success: "good",
  warning: "warn",
  blocked: "bad",
  failed: "bad",
  pending: "plain",
  skipped: "plain",
} as const;

/** The phases in order, each with when, what and how long. */
export function log(evidence: Evidence): Html {
  const entries = evidence.log.execution_timeline;
  return section(
    "log",
    "What happened when",
    `${count(entries.length, "entry", "entries")}. Times are UTC.`,
    html`<ol class="log">${entries.map(
      (entry) => html`<li><p><time datetime="${entry.timestamp}">${entry.timestamp.slice(11, 19)}</time>
${chip(entry.status, TONES[entry.status])} <strong>${entry.phase.replaceAll("_", " ")}</strong> ${foreign(entry.action)}${took(entry.details.duration_ms)}</p>
${details(entry.details)}</li>`,
    )}</ol>`,
  );
}

function took(ms: unknown): string {
  return typeof ms === "number" ? `, ${duration(ms)}` : "";
}

function details(all: Evidence["log"]["execution_timeline"][number]["details"]): Html | false {
  const shown = Object.entries(all).filter(([name]) => name !== "duration_ms");
  return (
    shown.length > 0 &&
    html`<dl class="binding">${shown.map(([name, value]) => html`<dt>${foreign(name.replaceAll("_", " "))}</dt><dd>${foreign(typeof value === "string" ? value : JSON.stringify(value))}</dd>`)}</dl>`
  );
}

/** How a reader can check that nobody has changed the record. */
export function record(evidence: Evidence): Html {
  const { run, audit, release, declared } = evidence;
  return section(
    "record",
    "The record",
    "This page is one view of the evidence; the run's folder is signed as a whole.",
    html`<dl class="binding">
<dt>Requested by</dt><dd>${foreign(run.requester)}</dd>
<dt>Started</dt><dd>${moment(run.startedAt)}</dd>
<dt>Engine</dt><dd>${run.engine}, schema-gate ${foreign(run.toolVersion)}</dd>
${release && html`<dt>Release</dt><dd><code>${release.digest}</code></dd>`}
${declared !== null && html`<dt>Declared schema</dt><dd><code>${foreign(declared)}</code></dd>`}
<dt>Audit trail</dt><dd>${count(audit.events, "event")} when this was written, the last with hash <code>${audit.head}</code></dd>
</dl>
<pre tabindex="0"><code>schema-gate audit verify ${foreign(run.id)}</code></pre>`,
  );
}
