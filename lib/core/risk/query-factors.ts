import type { Finding } from "../finding.js";
import { plural } from "../plural.js";
import { noisyOr, several, WEIGHTS } from "./weights.js";

interface View {
  readonly findings: readonly Finding[];
}

const BROKEN: ReadonlySet<string> = new Set(["queries.breaks", "queries.refused-rows"]);
const CHANGED: ReadonlySet<string> = new Set([
  "queries.retyped",
  "queries.other-values",
  "queries.slower",
  "queries.statistics-lost",
]);

/** Queries of deployed versions that the release breaks; those that the config accepts weigh little. */
export function brokenQueries({ findings }: View) {
  const own = findings.filter(({ code }) => BROKEN.has(code));
  const accepted = own.filter(({ severity }) => severity !== "error").length;
  const broken = own.length - accepted;
  return {
    value: noisyOr([several(broken, WEIGHTS.brokenQuery), several(accepted, WEIGHTS.acceptedQuery)]),
    reason:
      own.length === 0
        ? "no query of the application breaks"
        : `queries that break: ${broken}; accepted by the config: ${accepted}`,
  };
}

/** Queries that return other columns, or that have a slower plan. */
export function changedQueries({ findings }: View) {
  const own = findings.filter(({ code, severity }) => CHANGED.has(code) && severity !== "note");
  const errors = own.filter(({ severity }) => severity === "error").length;
  return {
    value: noisyOr([several(errors, WEIGHTS.brokenQuery), several(own.length - errors, WEIGHTS.changedQuery)]),
    reason:
      own.length === 0
        ? "no query has other columns or a slower plan"
        : `${plural(own.length, "query has", "queries have")} other columns or a slower plan`,
  };
}
