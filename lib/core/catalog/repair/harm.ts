import type { Difference } from "../compare.js";
import { privilegesApart } from "../privileges.js";

/** What the repairs of these differences destroy or take away, for whoever is about to run them; null when that is nothing. */
export function harmOf(differences: readonly Difference[]): string | null {
  const dropped = differences.filter(({ change, kind }) => change === "unexpected" && HOLD_DATA.has(kind));
  const grants = differences.flatMap(revoked);
  const said = [
    ...(dropped.length === 0
      ? []
      : [`It drops ${list(dropped)} with all data in it, which nothing keeps: save that first`]),
    ...(grants.length === 0
      ? []
      : [
          `It revokes what no migration grants (${grants.join("; ")}), and whoever uses it loses it: write the GRANT into a migration`,
        ]),
  ];
  return said.length === 0 ? null : said.map((one) => `${one}, or allow the drift under drift.allow.`).join(" ");
}

const HOLD_DATA: ReadonlySet<string> = new Set(["table", "column", "materialized view", "sequence"]);

function list(differences: readonly Difference[]): string {
  return differences.map(({ kind, subject }) => `${kind} ${subject}`).join(", ");
}

function revoked({ change, kind, attribute, subject, actual, declared }: Difference): readonly string[] {
  if (kind === "default privileges") return change === "missing" ? [] : [subject];
  if (attribute !== "privileges") return [];
  const [more] = privilegesApart(kind, actual, declared);
  return more === "none" ? [] : [`${more} on ${kind} ${subject}`];
}
