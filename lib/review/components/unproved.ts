import { count } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { ReviewModel } from "../model.js";
import { section } from "./section.js";

/** What the gates cannot vouch for, before somebody approves. */
export function unproved(model: ReviewModel): Html | false {
  if (model.plan === null || model.score.verdict === "blocked") return false;
  const points = POINTS.flatMap((point) => point(model) || []);
  return section(
    "unproved",
    "What is not proved",
    "What the gates saw is below. This is what they could not see.",
    html`<ul class="bullets">${points.map((text) => html`<li>${text}</li>`)}</ul>`,
  );
}

type Point = (model: ReviewModel) => Html | false;

const POINTS: readonly Point[] = [
  rowsOfOthers,
  noProof,
  noWayBack,
  lossyWayBack,
  load,
  queries,
  unknownFindings,
  leftOut,
];

/** One clone represents its cluster. */
function rowsOfOthers({ clusters, probes, rehearsals }: ReviewModel): Html | false {
  const proved = clusters.filter(({ proof }) => proof === "proved");
  const tenants = proved.reduce((sum, cluster) => sum + cluster.tenants.length, 0);
  const own = rehearsals.filter(({ status }) => status === "ran").length;
  const others = tenants - proved.length - own;
  if (others <= 0) return false;
  const asked =
    probes.length === 0
      ? "the release puts no condition on rows that a probe could count"
      : `their rows were counted by ${count(probes.length, "probe")}`;
  return html`The release ran on ${count(proved.length + own, "clone")}. On the other ${count(others, "tenant")}, of the same schemas, it was not run; ${asked}.`;
}

function noProof({ clusters }: ReviewModel): Html | false {
  const open = clusters.filter(({ proof }) => proof !== "proved" && proof !== "not needed");
  const tenants = open.reduce((sum, cluster) => sum + cluster.tenants.length, 0);
  return tenants > 0 && html`The release did not run on a clone of ${count(tenants, "tenant")}.`;
}

function noWayBack({ rollbacks }: ReviewModel): Html | false {
  const open = rollbacks.filter(({ proof }) => proof.status !== "proved");
  const names = [...new Set(open.map(({ migration }) => migration))];
  return names.length > 0 && html`The rollback of ${listed(names)} was not proved in every cluster.`;
}

function lossyWayBack({ rollbacks }: ReviewModel): Html | false {
  const names = [...new Set(rollbacks.filter((one) => one.class !== "exact").map(({ migration }) => migration))];
  return (
    names.length > 0 &&
    html`The rollback of ${listed(names)} needs rows kept aside; what is written after the release may not all come back.`
  );
}

function load({ statements }: ReviewModel): Html | false {
  if (statements.length === 0) return false;
  if (statements.every(({ locks }) => locks.length === 0)) return html`No lock was measured.`;
  return html`Locks were measured on clones that nobody else uses. Waiting for the application's transactions is not in them.`;
}

function queries({ plan }: ReviewModel): Html | false {
  return (
    plan?.queries === false && html`No query of the application was tried: the config names no <code>workload</code>.`
  );
}

function unknownFindings({ findings }: ReviewModel): Html | false {
  const n = findings.filter(({ unknown }) => unknown === true).length;
  return n > 0 && html`${count(n, "finding")} say that something <a href="#findings">could not be determined</a>.`;
}

function leftOut({ exempt, notSelected }: ReviewModel): Html | false {
  const n = exempt.length + notSelected.length;
  return n > 0 && html`${count(n, "tenant is", "tenants are")} left out, and nothing was looked at there.`;
}

const MOST = 3;

function listed(names: readonly string[]): Html {
  const more = names.length - MOST;
  return html`${names.slice(0, MOST).map((name, at) => html`${at > 0 && ", "}${foreign(name)}`)}${more > 0 && ` and ${more} more`}`;
}
