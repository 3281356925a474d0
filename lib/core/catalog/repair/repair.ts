import type { Difference, RawDifference } from "../compare.js";
import type { CatalogIndex } from "../lookup.js";
import { alter } from "./alter.js";
import { create } from "./create.js";
import { drop } from "./drop.js";

/** SQL that makes the actual what is declared, statements ended by `;`; null when only a person can decide. */
export function repairOf(difference: RawDifference, actual: CatalogIndex, declared: CatalogIndex): string | null {
  const is = actual.get(difference.kind, difference.id);
  const should = declared.get(difference.kind, difference.id);
  const statements = statementsOf(difference, is, should, declared);
  return statements === null ? null : statements.map((statement) => `${statement};`).join("\n");
}

type Found = ReturnType<CatalogIndex["get"]>;

function statementsOf(difference: RawDifference, is: Found, should: Found, declared: CatalogIndex): string[] | null {
  if (difference.change === "missing") return should ? create(should, declared) : null;
  if (difference.change === "unexpected") return is ? drop(is) : null;
  return is && should ? alter(should, is, difference.attribute ?? "", declared) : null;
}

/** What is made first, so that what needs it can follow; dropping goes the other way. */
const ORDER: readonly string[] = [
  "schema",
  "extension",
  "language",
  "type",
  "domain",
  "sequence",
  "table",
  "column",
  "function",
  "view",
  "materialized view",
  "constraint",
  "index",
  "rule",
  "trigger",
  "policy",
];

/** The repairs of a comparison in an order in which they can run, each once. What has no repair is left to a person. */
export function orderedRepairs(differences: readonly Difference[]): string[] {
  const rank = ({ kind, change }: Difference) => {
    const at = ORDER.indexOf(kind) === -1 ? ORDER.length : ORDER.indexOf(kind);
    return change === "unexpected" ? -1 - at : at;
  };
  const repairs = [...differences]
    .sort((a, b) => rank(a) - rank(b))
    .flatMap((difference) => (difference.repair === null || difference.repair === "" ? [] : [difference.repair]));
  return [...new Set(repairs)];
}
