import { visibleLines } from "../../core/visible.js";
import { count, duration } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { ReviewModel, RewriteView } from "../model.js";
import { section } from "./section.js";

type Hold = RewriteView["original"];

/** Each migration whose hazard blocks, beside the steps that were proved to lead to the same schema and rows. */
export function rewrites(model: ReviewModel): Html {
  const lead =
    "For these migrations, steps that hold no lock for long ended with the same schema and rows on clones. The times are those of the clone.";
  return section("rewrites", "Ways without the lock", lead, html`<div class="stack">${model.rewrites.map(card)}</div>`);
}

function card({ file, how, original, steps }: RewriteView): Html {
  return html`<article class="card">
<h3>${foreign(file)} <small>as ${count(steps.length, "step")}</small></h3>
<ul>${how.map((title) => html`<li>${foreign(title)}</li>`)}</ul>
<div class="scroll" tabindex="0" role="region" aria-label="As it is, and in steps"><table>
<thead><tr><th>Runs</th><th>Strongest lock</th><th class="n">Writers wait</th><th class="n">Readers wait</th><th>Rollback</th><th>Statements</th></tr></thead>
<tbody><tr><td>as it is</td>${held(original)}<td></td><td></td></tr>
${steps.map((step) => html`<tr><td>${step.phase}${step.condition !== null && html`, once ${foreign(step.condition)}`}</td>${held(step.hold)}<td>${step.back ? "proved" : "none, as for the original"}</td><td><details><summary>${count(step.statements.length, "statement")}</summary><pre tabindex="0"><code>${visibleLines(step.statements.map((sql) => `${sql};`).join("\n"))}</code></pre></details></td></tr>`)}</tbody></table></div>
<p class="silent"><code>schema-gate rewrite</code> with <code>--write</code> puts the steps in the place of the file.</p>
</article>`;
}

function held({ strongest, watched, writersMs, readersMs }: Hold): Html {
  if (strongest === null)
    return html`<td>${watched ? "none" : "not seen: outside a transaction"}</td><td class="n"></td><td class="n"></td>`;
  return html`<td>${strongest}</td><td class="n">${wait(writersMs)}</td><td class="n">${wait(readersMs)}</td>`;
}

function wait(ms: number): string {
  return ms === 0 ? "0" : duration(ms);
}
