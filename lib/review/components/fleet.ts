import { scoreText } from "../../core/risk/score-text.js";
import { count, short } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { ClusterView, DifferenceView, ReviewModel } from "../model.js";
import { chip, section } from "./section.js";

/** More dots than this are grouped: the map stays a map, and the page small. */
const MOST_DOTS = 600;
const MOST_NAMES = 12;
const MOST_DIFFERENCES = 5;

/** The fleet as clusters of the same schema: the majority as a quiet field, every outlier named next to it. */
export function fleet(model: ReviewModel): Html {
  const outliers = model.clusters.filter((cluster) => !cluster.majority);
  const ordered = [...model.clusters.filter((one) => one.majority), ...outliers.toSorted((a, b) => b.risk - a.risk)];
  const lead =
    outliers.length === 0
      ? `All ${count(model.tenants, "tenant")} have the same schema.`
      : `${count(model.clusters.length, "schema")} among ${count(model.tenants, "tenant")}. Each dot is a tenant; those in a frame differ from the majority.`;
  return section(
    "fleet",
    "The fleet",
    lead,
    html`<div class="clusters">${ordered.map((one) => tile(one))}</div>${leftOut(model)}`,
  );
}

/** A decision about some tenants must say who is not among them. */
function leftOut({ exempt, notSelected }: ReviewModel): Html | false {
  if (exempt.length === 0 && notSelected.length === 0) return false;
  return html`<div class="left-out"><h3>Left out</h3>
${
  exempt.length > 0 &&
  html`<ul>${exempt.map(({ tenant, reason, expires, by }) => html`<li><strong>${foreign(tenant)}</strong> is exempt until ${expires}, by ${foreign(by)}: ${foreign(reason)}</li>`)}</ul>`
}
${notSelected.length > 0 && html`<p>Not selected: ${count(notSelected.length, "tenant")}, ${listed(notSelected)}.</p>`}
</div>`;
}

function tile(cluster: ClusterView): Html {
  const n = cluster.tenants.length;
  const kind = cluster.majority ? "majority" : endangered(cluster) ? "outlier bad" : "outlier";
  return html`<article class="cluster ${kind}">
<h3>${cluster.majority ? "Majority" : listed(cluster.tenants)}</h3>
<p class="meta"><span>${count(n, "tenant")}</span> <span>risk ${scoreText(cluster.risk)}</span> <code title="fingerprint ${cluster.fingerprint}">${short(cluster.fingerprint)}</code> ${proof(cluster)}</p>
${dots(cluster)}
${differences(cluster.differences)}
</article>`;
}

/** True for tenants on which the release would fail, or where that is unknown. */
function endangered({ proof, differences }: ClusterView): boolean {
  return (
    (proof !== "proved" && proof !== "not needed") ||
    differences.some((one) => one.effect === "breaks" || one.effect === "unknown")
  );
}

function listed(tenants: readonly string[]): Html {
  const shown = tenants.slice(0, MOST_NAMES);
  const more = tenants.length - shown.length;
  return html`${shown.map((tenant, index) => html`${index > 0 && ", "}${foreign(tenant)}`)}${more > 0 && ` and ${more} more`}`;
}

function proof(cluster: ClusterView): Html {
  if (cluster.proof === "proved") return chip("proved on a clone", "good");
  if (cluster.proof === "not needed") return chip("nothing pending");
  return cluster.proof === "failed" ? chip("proof failed", "bad") : chip("no proof", "bad");
}

function dots(cluster: ClusterView): Html {
  const n = cluster.tenants.length;
  const each = Math.ceil(n / MOST_DOTS);
  const drawn = Math.ceil(n / each);
  const label = `${count(n, "tenant")} with this schema${each > 1 ? `; one dot for ${each}` : ""}`;
  return html`<div class="dots" role="img" aria-label="${label}">${Array.from({ length: drawn }, () => html`<i></i>`)}</div>`;
}

const EFFECTS: Readonly<Record<DifferenceView["effect"], readonly [string, "good" | "warn" | "bad"]>> = {
  healed: ["healed by the release", "good"],
  remains: ["stays", "warn"],
  breaks: ["breaks the release", "bad"],
  unknown: ["effect unknown", "bad"],
};

function differences(list: readonly DifferenceView[]): Html | false {
  const rest = list.slice(MOST_DIFFERENCES);
  return (
    list.length > 0 &&
    html`<ul class="differences">${list.slice(0, MOST_DIFFERENCES).map((one) => difference(one))}</ul>
${rest.length > 0 && html`<details><summary>${count(rest.length, "more difference")}</summary><ul class="differences">${rest.map((one) => difference(one))}</ul></details>`}`
  );
}

function difference(one: DifferenceView): Html {
  const sides =
    (one.declared !== null || one.actual !== null) &&
    html`<dl><dt>declared</dt><dd>${side(one.declared)}</dd><dt>actual</dt><dd>${side(one.actual)}</dd></dl>`;
  return html`<li><span class="kind">${one.kind}</span> <code>${foreign(one.object)}</code> ${chip(...EFFECTS[one.effect])}${sides}</li>`;
}

function side(text: string | null): Html {
  return text === null ? html`<em>not there</em>` : html`<code>${foreign(text)}</code>`;
}
