import { visibleLines } from "../../core/visible.js";
import { count, duration, number } from "../format.js";
import { foreign, type Html, html } from "../html.js";
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

/** The way back of each migration, what it would lose, and the proof for each cluster that it works. */
export function rollback(model: ReviewModel): Html {
  const proved = model.rollbacks.filter((one) => one.proof.status === "proved").length;
  const lead =
    model.rollbacks.length === 0
      ? "There is no plan for a way back."
      : `${proved} of ${count(model.rollbacks.length, "proof")} held: executed on a clone, and compared with the schema and the rows before.`;
  const names = new Map(model.clusters.map((one) => [one.id, one.majority ? "majority" : (one.tenants[0] ?? one.id)]));
  return section(
    "rollback",
    "The way back",
    lead,
    html`<div class="stack">${samePlans(model.rollbacks).map((same) => plan(same, names))}</div>`,
  );
}

/** Clusters often share a plan; it is shown once, with the proof of each. */
function samePlans(rollbacks: readonly RollbackView[]): readonly Same[] {
  const plans = new Map<string, Same>();
  for (const one of rollbacks) {
    const key = planKey(one);
    const { all } = plans.get(key) ?? { all: [] };
    plans.set(key, { one, all: [...all, one] });
  }
  return [...plans.values()];
}

interface Same {
  readonly one: RollbackView;
  readonly all: readonly RollbackView[];
}

function planKey({ migration, source, class: kind, statements, losses, kept }: RollbackView): string {
  return JSON.stringify([migration, source, kind, statements, losses, kept]);
}

function plan({ one, all }: Same, names: ReadonlyMap<string, string>): Html {
  const tenants = all.reduce((sum, each) => sum + each.tenants, 0);
  return html`<article class="card">
<h3>${foreign(one.migration)} <small>in ${count(tenants, "tenant")}</small></h3>
<p class="meta">${chip(...CLASSES[one.class])} <span>${SOURCES[one.source]}</span></p>
<ul>${all.map((each) => html`<li>${proofChip(each.proof)} ${foreign(names.get(each.cluster) ?? each.cluster)}: ${proofSentence(each.proof)}</li>`)}</ul>
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
  if (proof.status === "none") return html`not executed: ${foreign(proof.reason ?? "no reason was given")}.`;
  const parts = [
    `schema ${equality(proof.schemaEqual)}`,
    `rows ${equality(proof.rowsEqual)}${proof.rows === null ? "" : ` (${number(proof.rows)})`}`,
    proof.ms === null ? "" : `in ${duration(proof.ms)}`,
  ].filter(Boolean);
  return html`${parts.join(", ")}.${proof.reason !== null && html` ${foreign(proof.reason)}`}`;
}

function equality(equal: boolean | null): string {
  if (equal === null) return "not compared";
  return equal ? "as before" : "not as before";
}
