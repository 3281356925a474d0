import { sizeText } from "../../core/size.js";
import { visibleLines } from "../../core/visible.js";
import { count, number } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { ProbeView, RehearsalView, ReviewModel } from "../model.js";
import { chip, section } from "./section.js";

const MOST_TENANTS = 25;

/** What the probes counted in every tenant, with keys and a repair if rows are in the way. */
export function probes(model: ReviewModel): Html {
  const lead =
    model.probes.length === 0
      ? "The release puts no condition on the rows."
      : `${count(model.probes.length, "condition")} on the rows, counted in every tenant.`;
  const ordered = model.probes.toSorted((a, b) => trouble(b) - trouble(a));
  const open = ordered.filter((one) => trouble(one) > 0);
  const held = ordered.filter((one) => trouble(one) === 0);
  const cards = html`<div class="stack">${open.map((one) => probe(one))}${held.length > 0 && passed(held)}${model.rehearsals.length > 0 && rehearsals(model.rehearsals)}</div>`;
  return section("probes", "Rows in the way", lead, cards);
}

function passed(all: readonly ProbeView[]): Html {
  return html`<details><summary>${count(all.length, "condition")} that every tenant's rows fulfil</summary><ul class="bullets">${all.map((one) => html`<li>None of the ${foreign(one.meaning)}: ${state(one)} <code>${one.code}</code></li>`)}</ul></details>`;
}

function trouble(one: ProbeView): number {
  return one.hits.length + one.unknown.length;
}

function probe(one: ProbeView): Html {
  return html`<article class="card">
<h3>${foreign(one.meaning)}</h3>
<p class="meta"><code>${one.code}</code> ${state(one)}</p>
${one.hits.length > 0 && hits(one)}
${one.unknown.length > 0 && html`<ul>${one.unknown.slice(0, MOST_TENANTS).map((miss) => html`<li>${foreign(miss.tenant)}: ${foreign(miss.reason)}</li>`)}</ul>${more(one.unknown.length)}`}
${one.hits.length > 0 && one.repair !== null && html`<details><summary>Repair</summary><pre tabindex="0"><code>${visibleLines(one.repair)}</code></pre></details>`}
</article>`;
}

/** What running the release on clones of single tenants found and cost. */
function rehearsals(all: readonly RehearsalView[]): Html {
  const cloned = all.filter(({ status }) => status === "ran" || status === "failed");
  const size = cloned.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const ms = all.reduce((sum, each) => sum + each.ms, 0);
  const open = all.filter(({ status }) => status === "failed" || status === "too large" || status === "unknown");
  return html`<article class="card">
<h3>Run on clones of the tenants themselves</h3>
<p class="meta">${count(all.length, "tenant")} with rows that no query can judge; ${count(cloned.length, "clone")} of ${sizeText(size)} in all, ${(ms / 1000).toFixed(1)} s ${
    open.length === 0
      ? chip("the release ran on each", "good")
      : chip(`not so on ${count(open.length, "tenant")}`, "bad")
  }</p>
${open.length > 0 && html`<ul>${open.slice(0, MOST_TENANTS).map((each) => html`<li>${foreign(each.tenant)}: ${each.status}, ${foreign(each.reason ?? "")}</li>`)}</ul>${more(open.length)}`}
</article>`;
}

function state(one: ProbeView): Html {
  if (one.unknown.length > 0) return chip(`no answer from ${count(one.unknown.length, "tenant")}`, "bad");
  if (one.hits.length > 0) return chip(`rows found in ${one.hits.length} of ${count(one.tenants, "tenant")}`, "bad");
  return chip(`none in ${count(one.passed, "tenant")}`, "good");
}

function hits(one: ProbeView): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Rows found"><table><thead><tr><th>Tenant</th><th class="n">Rows</th><th>Keys of some</th></tr></thead>
<tbody>${one.hits
    .slice(0, MOST_TENANTS)
    .map(
      (hit) =>
        html`<tr><td>${foreign(hit.tenant)}</td><td class="n">${number(hit.count)}</td><td>${hit.keys.map((key) => html`<code>${foreign(key)}</code> `)}</td></tr>`,
    )}</tbody></table></div>${more(one.hits.length)}`;
}

function more(n: number): Html | false {
  return (
    n > MOST_TENANTS &&
    html`<p class="silent">and ${count(n - MOST_TENANTS, "more tenant")}; the evidence lists them all.</p>`
  );
}
