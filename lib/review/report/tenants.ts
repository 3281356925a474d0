import type { Evidence } from "../../core/evidence/evidence.js";
import type { TenantEvidence } from "../../core/evidence/fleet-evidence.js";
import { scoreText } from "../../core/risk/score-text.js";
import { visible } from "../../core/visible.js";
import { section } from "../components/section.js";
import { count, duration } from "../format.js";
import { foreign, type Html, html, trusted } from "../html.js";

/** Tenants on the page without its script; the script shows as many of those that match the search. */
const SHOWN = 30;

const ORDER: readonly TenantEvidence["status"][] = [
  "failed",
  "unknown",
  "rolled back",
  "not started",
  "migrated",
  "up to date",
  "analyzed",
];

/** Every tenant of the run, those in trouble first, with a search that works offline on tens of thousands. */
export function tenants(evidence: Evidence): Html {
  const rows = evidence.tenants.toSorted(
    (a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || (a.id < b.id ? -1 : 1),
  );
  const lines = rows.map((tenant) => lineOf(tenant));
  return section(
    "tenants",
    "Tenants",
    `${count(rows.length, "tenant")}, those in trouble first.`,
    html`<p class="search" hidden><label for="search">Find a tenant</label>
<input id="search" type="search" autocomplete="off" spellcheck="false" placeholder="name, group, host, status …"></p>
<p id="found" class="silent" role="status">${rows.length > SHOWN && `The first ${SHOWN} of ${count(rows.length, "tenant")}; the evidence lists them all.`}</p>
<ul id="rows" class="tenants">${lines
      .slice(0, SHOWN)
      .map(
        ([id, status, tone, note, facts]) =>
          html`<li><strong>${foreign(id)}</strong> <span class="chip ${tone}">${status}</span> <span>${foreign(note)}</span><small>${foreign(facts)}</small></li>`,
      )}</ul>
<script type="application/json" id="data">${trusted(dataBlock(lines))}</script>`,
  );
}

const TONES: Readonly<Record<TenantEvidence["status"], "good" | "warn" | "bad" | "plain">> = {
  failed: "bad",
  unknown: "bad",
  "rolled back": "warn",
  gone: "plain",
  "not started": "plain",
  migrated: "good",
  "up to date": "good",
  analyzed: "plain",
};

/** Name, status, its tone, what there is to say, and the facts in one line. */
function lineOf(tenant: TenantEvidence): readonly [string, string, string, string, string] {
  const facts = [
    tenant.group,
    `${tenant.host}/${tenant.database}${tenant.schema === null ? "" : ` schema ${tenant.schema}`}`,
    `cluster ${tenant.cluster ?? "unknown"}`,
    `risk ${tenant.score === null ? "unknown" : scoreText(tenant.score)}`,
    tenant.wave,
    tenant.ms === null ? null : duration(tenant.ms),
  ];
  const line = facts.filter((fact) => fact !== null).join(" · ");
  return [tenant.id, tenant.status, TONES[tenant.status], tenant.message ?? "", line];
}

/** JSON inside HTML: no `<` may end the block, whatever a tenant is called. Texts are made visible here, not in the script. */
function dataBlock(rows: readonly (readonly string[])[]): string {
  return JSON.stringify(rows.map((row) => row.map(visible))).replaceAll("<", "\\u003c");
}

/** Filters the table while the reader types. Text is only ever set as text. */
export const SEARCH_SCRIPT = `(() => {
  const rows = JSON.parse(document.getElementById("data").textContent);
  const texts = rows.map((row) => row.join("\\n").toLowerCase());
  const field = document.getElementById("search");
  const found = document.getElementById("found");
  const body = document.getElementById("rows");
  const part = (name, style, text) => {
    const element = document.createElement(name);
    if (style) element.className = style;
    element.append(Object.assign(document.createElement("bdi"), { textContent: text }));
    return element;
  };
  const show = () => {
    const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const fits = [];
    for (let index = 0; index < rows.length; index++)
      if (words.every((word) => texts[index].includes(word))) fits.push(rows[index]);
    const lines = fits.slice(0, ${SHOWN}).map(([id, status, tone, note, facts]) => {
      const line = document.createElement("li");
      line.append(part("strong", "", id), " ", part("span", "chip " + tone, status), " ", part("span", "", note), part("small", "", facts));
      return line;
    });
    body.replaceChildren(...lines);
    const total = rows.length.toLocaleString("en-US");
    found.textContent = words.length === 0 && rows.length <= ${SHOWN} ? "" : fits.length > ${SHOWN}
      ? "The first ${SHOWN} of " + fits.length.toLocaleString("en-US") + " that fit, of " + total + " tenants."
      : fits.length.toLocaleString("en-US") + " of " + total + " tenants fit.";
  };
  field.addEventListener("input", show);
  field.closest("p").hidden = false;
  if (location.hash.startsWith("#tenant=")) {
    field.value = decodeURIComponent(location.hash.slice(8));
    show();
    document.getElementById("tenants").scrollIntoView();
  }
})();`;
