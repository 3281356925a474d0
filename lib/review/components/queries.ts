import { rowText, type VersionRow, versionName } from "../../core/versions/matrix.js";
import { afterText, beforeText, sameMatrices } from "../../core/versions/matrix-text.js";
import { count } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { ReviewModel } from "../model.js";
import { chip, section } from "./section.js";

/** Nobody reads a matrix with more rows: the evidence has it. */
const MOST_ROWS = 100;

const WAVES = {
  yes: ["may be rolled out in waves", "good"],
  no: ["not in waves while these versions run", "bad"],
  unknown: ["unknown whether in waves", "warn"],
} as const;

/** Each version of the application before and after the release, in every cluster. */
export function queries(model: ReviewModel): Html {
  const waves = (["no", "unknown", "yes"] as const).find((one) =>
    model.queries.some(({ advice }) => advice.waves === one),
  );
  const [word, tone] = WAVES[waves ?? "unknown"];
  const same = sameMatrices(model.queries);
  const rows = model.queries.flatMap(({ cluster, rows: own }) => own.map((row) => ({ cluster, row })));
  const lead = html`Every query described by the server before the release and after it, in ${count(model.queries.length, "cluster")}. ${chip(word, tone)}`;
  return section(
    "queries",
    "The application's queries",
    lead,
    html`<div class="scroll" tabindex="0" role="region" aria-label="Versions of the application over the release"><table>
<thead><tr><th>Version</th><th>Cluster</th><th>Before</th><th>After</th><th class="n">Queries</th></tr></thead>
<tbody>${rows.slice(0, MOST_ROWS).map(({ cluster, row }) => matrixRow(cluster, row))}</tbody></table></div>
${rows.length > MOST_ROWS && html`<p class="silent">and ${count(rows.length - MOST_ROWS, "more row")}; the evidence has them all.</p>`}
<ul>${same.map(({ clusters, rows: own, advice }) => html`<li>${same.length > 1 && `${count(clusters.length, "cluster")}: `}${foreign(`${own.map(rowText).join("; ")}. ${advice.text}`)}</li>`)}</ul>`,
  );
}

function matrixRow(cluster: string, row: VersionRow): Html {
  const { breaks, needs, retyped, slower } = row;
  return html`<tr><td>${foreign(versionName(row))}</td><td><code>${foreign(cluster)}</code></td>
<td>${chip(beforeText(row), needs > 0 ? "warn" : "good")}</td>
<td>${chip(afterText(row), breaks > 0 ? "bad" : retyped + slower > 0 ? "warn" : "good")}</td><td class="n">${row.queries}</td></tr>`;
}
