import type { Severity } from "../../core/finding.js";
import { type FindingGroup, groupFindings } from "../../core/finding-groups.js";
import { visibleLines } from "../../core/visible.js";
import { count } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { ReviewModel } from "../model.js";
import { chip, section } from "./section.js";

const TONES: Readonly<Record<Severity, "bad" | "warn" | "plain">> = { error: "bad", warning: "warn", note: "plain" };
const MOST = 100;
const MOST_EACH = 25;
/** SQL with more lines is behind a fold. */
const MOST_LINES = 12;

/** Everything that the gates reported: what many tenants share appears once, errors first, notes behind a fold. */
export function findings(model: ReviewModel): Html {
  const groups = groupFindings(model.findings);
  const n = (severity: Severity) => model.findings.filter((finding) => finding.severity === severity).length;
  const lead =
    groups.length === 0
      ? "No gate has a finding."
      : `${count(n("error"), "error")}, ${count(n("warning"), "warning")}, ${count(n("note"), "note")}. An error blocks.`;
  const notes = groups.filter(({ finding }) => finding.severity === "note");
  const first = groups.filter(({ finding }) => finding.severity !== "note");
  return section(
    "findings",
    "Findings",
    lead,
    html`${list(first)}${notes.length > 0 && html`<details><summary>${count(notes.length, "note")}</summary>${list(notes)}</details>`}`,
  );
}

function list(groups: readonly FindingGroup[]): Html | false {
  if (groups.length === 0) return false;
  return html`<ul class="findings">${groups.slice(0, MOST).map((group) => item(group))}</ul>
${groups.length > MOST && html`<p class="silent">and ${count(groups.length - MOST, "more", "more")}; the evidence lists them all.</p>`}`;
}

function item({ finding, tenants, each }: FindingGroup): Html {
  const { remedy, source } = finding;
  return html`<li class="${finding.severity}">
<p class="head">${chip(finding.severity, TONES[finding.severity])} ${finding.unknown === true && chip("unknown", "bad")} <code>${finding.code}</code>${source !== undefined && html` <code>${foreign(`${source.file}:${source.line}`)}</code>`}</p>
${tenants.length > 0 && html`<p class="of"><strong>${named(tenants)}</strong></p>`}
<p>${foreign(finding.message)}</p>
${each.length > 1 && html`<details><summary>What it says of each of ${count(tenants.length, "tenant")}</summary><ul class="bullets">${each.slice(0, MOST_EACH).map((one) => html`<li>${foreign(one.message)}</li>`)}</ul>${each.length > MOST_EACH && html`<p class="silent">and ${count(each.length - MOST_EACH, "more tenant")}; the evidence lists them all.</p>`}</details>`}
${remedy !== undefined && html`<p class="remedy">${foreign(remedy.text)}</p>`}
${remedy?.sql !== undefined && code(remedy.sql)}
${remedy?.command !== undefined && code(remedy.command)}
</li>`;
}

function code(text: string): Html {
  const block = html`<pre tabindex="0"><code>${visibleLines(text)}</code></pre>`;
  const lines = text.split("\n").length;
  return lines > MOST_LINES
    ? html`<details><summary>${count(lines, "line")} of SQL</summary>${block}</details>`
    : block;
}

const MOST_TENANTS = 5;

/** The first few by name. */
function named(tenants: readonly string[]): Html {
  const more = tenants.length - MOST_TENANTS;
  const shown = tenants.slice(0, MOST_TENANTS).join(", ");
  return html`${tenants.length > 1 && `${count(tenants.length, "tenant")}: `}${foreign(shown)}${more > 0 && ` and ${more} more`}`;
}
