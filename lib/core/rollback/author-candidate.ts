import { isolationFindings } from "../isolation/isolation-findings.js";
import type { IsolationScope } from "../isolation/scope.js";
import type { Migration } from "../migration/release.js";
import { refusedStatement } from "../operations/refusals.js";
import { operationsOfText } from "../operations/segments.js";
import type { RollbackCandidate } from "./plan.js";

/** The author's down migration as it is written; null when there is none. */
export function authorCandidate(migration: Migration, isolation: IsolationScope | null): RollbackCandidate | null {
  const { down } = migration;
  if (!down || down.statements.length === 0) return null;
  const [refused] = [
    ...down.statements.flatMap((statement) => refusedStatement(statement)),
    ...(isolation ? isolationFindings(down, isolation) : []),
  ];
  const outside = down.statements.flatMap((statement, at) => {
    const operations = operationsOfText(statement);
    const alone = operations.some(({ transactionality }) => transactionality === "outside");
    return down.transaction === "none" || alone ? [at] : [];
  });
  return {
    source: "author",
    class: refused ? "impossible" : "exact",
    keep: [],
    aside: [],
    since: [],
    statements: down.statements.map(({ sql }) => sql),
    outside,
    losses: [],
    reason: refused?.message ?? null,
  };
}
