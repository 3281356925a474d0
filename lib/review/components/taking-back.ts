import { count } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { TakingBackView } from "../model.js";
import { section } from "./section.js";

/** The rest are only counted: a page is read before it is decided on. */
const MOST = 200;

const WAYS: Readonly<Record<string, string>> = {
  exact: "exact: nothing is lost",
  lossy: "lossy: what was written since is put aside first",
  impossible: "no proved way back: it stays as it is",
};

/** Which tenants a rollback covers, and how good the way back of each is. */
export function takingBack({ waves, tenants }: TakingBackView): Html {
  const all = waves.flatMap((wave) => wave.tenants);
  return section(
    "taking-back",
    "What is taken back",
    html`${count(tenants, "tenant")}, each compared with its schema before the release; rows written since are kept.`,
    html`<div class="scroll" tabindex="0" role="region" aria-label="Tenants"><table><thead><tr><th>Tenant</th><th>Migrations, the newest first</th><th>Way back</th></tr></thead><tbody>${all
      .slice(0, MOST)
      .map(
        ({ tenant, migrations, wayBack }) =>
          html`<tr><td>${foreign(tenant)}</td><td>${foreign(migrations.join(", "))}</td><td>${WAYS[wayBack ?? ""] ?? ""}</td></tr>`,
      )}</tbody></table></div>${all.length > MOST && html`<p>And ${all.length - MOST} more.</p>`}`,
  );
}
