import { count, duration, number } from "../format.js";
import { foreign, type Html, html, visibleLines } from "../html.js";
import type { ReviewModel, RollbackProofView, RollbackView } from "../model.js";
import { chip, section } from "./section.js";

const SOURCES: Readonly<Record<RollbackView["source"], string>> = {
  author: "the author's own down migration",
  inverse: "derived from the statements and the schema before them",
  difference: "derived from the difference of the schemas",
};

const CLASSES: Readonly<Record<RollbackView["class"], readonly [string, "good" | "warn" | "bad"]>> = {
  exact: ["exact", "good"],
  lossy: ["needs rows kept aside", "warn"],
  impossible: ["impossible", "bad"],
};

/** The way back per cluster and migration, what it would lose, and the proof that it works. */
export function rollback(model: ReviewModel): Html {
  const proved = model.rollbacks.filter((one) => one.proof.status === "proved").length;
  const lead =
    model.rollbacks.length === 0
      ? "There is no plan for a way back."
      : `${proved} of ${count(model.rollbacks.length, "plan")} executed on a clone and compared with the schema and the rows before.`;
  return section(
    "rollback",
    "The way back",
    lead,
    html`<div class="stack">${model.rollbacks.map((one) => plan(one))}</div>`,
  );
}

function plan(one: RollbackView): Html {
  return html`<article class="card">
<h3>${foreign(one.migration)} <small>in ${count(one.tenants, "tenant")}</small></h3>
<p class="meta">${chip(...CLASSES[one.class])} ${proofChip(one.proof)} <span>${SOURCES[one.source]}</span></p>
<p>${proofSentence(one.proof)}</p>
${one.losses.length > 0 && html`<ul>${one.losses.map((loss) => html`<li>${loss.what} <code>${foreign(loss.name)}</code>: ${foreign(loss.reason)}</li>`)}</ul>`}
${one.kept.length > 0 && html`<p>Kept aside in: ${one.kept.map((table) => html`<code>${foreign(table)}</code> `)}</p>`}
${one.statements.length > 0 && html`<details><summary>${count(one.statements.length, "statement")}</summary><pre tabindex="0"><code>${visibleLines(one.statements.map((sql) => `${sql};`).join("\n"))}</code></pre></details>`}
</article>`;
}

function proofChip(proof: RollbackProofView): Html {
  if (proof.status === "proved") return chip("proved", "good");
  return proof.status === "failed" ? chip("proof failed", "bad") : chip("not proved", "bad");
}

function proofSentence(proof: RollbackProofView): Html {
  if (proof.status === "none") return html`Not executed: ${foreign(proof.reason ?? "no reason was given")}.`;
  const parts = [
    `schema ${equality(proof.schemaEqual)}`,
    `rows ${equality(proof.rowsEqual)}${proof.rows === null ? "" : ` (${number(proof.rows)})`}`,
    proof.ms === null ? "" : `in ${duration(proof.ms)}`,
  ].filter(Boolean);
  return html`Executed: ${parts.join(", ")}.${proof.reason !== null && html` ${foreign(proof.reason)}`}`;
}

function equality(equal: boolean | null): string {
  if (equal === null) return "not compared";
  return equal ? "as before" : "not as before";
}
