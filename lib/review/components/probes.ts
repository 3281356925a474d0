import { visibleLines } from "../../core/visible.js";
import { count, number } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { ProbeView, ReviewModel } from "../model.js";
import { chip, section } from "./section.js";

const MOST_TENANTS = 25;

/** What the probes counted in every tenant, with keys and a repair where rows are in the way. */
export function probes(model: ReviewModel): Html {
  const lead =
    model.probes.length === 0
      ? "The release puts no condition on the rows."
      : `${count(model.probes.length, "condition")} on the rows, counted in every tenant.`;
  const ordered = model.probes.toSorted((a, b) => trouble(b) - trouble(a));
  return section("probes", "Rows in the way", lead, html`<div class="stack">${ordered.map((one) => probe(one))}</div>`);
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
