import { compareFindings, type Finding, type Severity } from "../../core/finding.js";
import { visibleLines } from "../../core/visible.js";
import { count } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { ReviewModel } from "../model.js";
import { chip, section } from "./section.js";

const TONES: Readonly<Record<Severity, "bad" | "warn" | "plain">> = { error: "bad", warning: "warn", note: "plain" };
const MOST = 100;

/** Everything that the gates said, the most severe first. */
export function findings(model: ReviewModel): Html {
  const ordered = model.findings.toSorted(compareFindings);
  const n = (severity: Severity) => ordered.filter((finding) => finding.severity === severity).length;
  const lead =
    ordered.length === 0
      ? "No gate has anything to say."
      : `${count(n("error"), "error")}, ${count(n("warning"), "warning")}, ${count(n("note"), "note")}. An error blocks.`;
  return section(
    "findings",
    "Findings",
    lead,
    html`<ul class="findings">${ordered.slice(0, MOST).map((finding) => item(finding))}</ul>
${ordered.length > MOST && html`<p class="silent">and ${count(ordered.length - MOST, "more", "more")}; the evidence lists them all.</p>`}`,
  );
}

function item(finding: Finding): Html {
  const { remedy } = finding;
  return html`<li class="${finding.severity}">
<p>${chip(finding.severity, TONES[finding.severity])} ${finding.unknown === true && chip("unknown", "bad")} <code>${finding.code}</code> ${concerned(finding)}${foreign(finding.message)}</p>
${remedy !== undefined && html`<p class="remedy">${foreign(remedy.text)}</p>`}
${remedy?.sql !== undefined && html`<pre tabindex="0"><code>${visibleLines(remedy.sql)}</code></pre>`}
${remedy?.command !== undefined && html`<pre tabindex="0"><code>${visibleLines(remedy.command)}</code></pre>`}
</li>`;
}

const MOST_TENANTS = 3;

/** The tenants that it concerns, the first few by name; nothing when it concerns the release. */
function concerned({ tenants = [] }: Finding): Html | false {
  const more = tenants.length - MOST_TENANTS;
  return (
    tenants.length > 0 &&
    html`<strong>${foreign(tenants.slice(0, MOST_TENANTS).join(", "))}${more > 0 && ` and ${more} more`}:</strong> `
  );
}
