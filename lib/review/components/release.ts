import { visibleLines } from "../../core/visible.js";
import { count } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { ReviewModel } from "../model.js";
import { section } from "./section.js";

const MOST_MIGRATIONS = 30;
/** A longer text is read in the repository. Characters. */
const MOST_SQL = 20_000;

/** What would run: the migrations by name, their SQL behind a fold, and the change that brought them. */
export function release({ plan }: ReviewModel): Html | false {
  if (plan === null || plan.migrations.length === 0) return false;
  const { migrations, change } = plan;
  const source = change !== null && html` from ${changeLink(change)}`;
  return section(
    "release",
    "What runs",
    html`${count(migrations.length, "migration")}${source}.`,
    html`<ol class="migrations">${migrations.slice(0, MOST_MIGRATIONS).map((one) => migration(one))}</ol>
${migrations.length > MOST_MIGRATIONS && html`<p class="silent">and ${count(migrations.length - MOST_MIGRATIONS, "more migration")}.</p>`}`,
  );
}

/** A web address without invisible characters. */
const WEB = /^https?:\/\/[\x21-\x7e]+$/;

type Plan = NonNullable<ReviewModel["plan"]>;

function changeLink({ title, commit, url }: NonNullable<Plan["change"]>): Html {
  const name =
    url === null || !WEB.test(url) ? foreign(title) : html`<a href="${url}" rel="noreferrer">${foreign(title)}</a>`;
  return commit === null || title.includes(commit.slice(0, 12))
    ? name
    : html`${name}, commit <code>${foreign(commit.slice(0, 12))}</code>`;
}

function migration({ version, name, file, sql }: Plan["migrations"][number]): Html {
  const cut = sql.length > MOST_SQL;
  return html`<li><p><strong>${foreign(name === version ? name : `${version} ${name}`)}</strong> <code>${foreign(file)}</code></p>
${
  sql === ""
    ? html`<p class="silent">A program of the team's own is this migration; its statements are those that the clone saw, below.</p>`
    : html`<details><summary>SQL</summary><pre tabindex="0"><code>${visibleLines(sql.slice(0, MOST_SQL))}</code></pre>${cut && html`<p class="silent">The file goes on.</p>`}</details>`
}</li>`;
}
