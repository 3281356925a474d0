import { capitalized } from "../../core/capitalized.js";
import { TENANT_SCHEMA } from "../../core/catalog/catalog.js";
import type { TableRef } from "../../core/catalog/lookup.js";
import type { Migration } from "../../core/migration/release.js";
import type { RollbackCandidate } from "../../core/rollback/plan.js";
import type { CandidateTrial, ProvedRollback } from "./proof.js";

/** A candidate that is known, before it runs, not to lead back. */
export function untried(candidate: RollbackCandidate): CandidateTrial {
  const verdict = candidate.source === "author" ? "error" : "none";
  return { source: candidate.source, verdict, differences: [candidate.reason ?? "It is impossible."], ms: 0 };
}

/** The same, for a reason that only the proof knows. */
export function untriedFor(candidate: RollbackCandidate, reason: string): CandidateTrial {
  return untried({ ...candidate, reason: `${capitalized(reason)}.` });
}

export function place(version: string, statement: number): string {
  return `${version} ${statement}`;
}

export function boundTable(table: TableRef, schema: string | null): TableRef {
  return schema !== null && table.schema === TENANT_SCHEMA ? { schema, name: table.name } : table;
}

/** The way back of a migration behind one that has none. */
export function unreached({ version, name }: Migration, stuck: ProvedRollback): ProvedRollback {
  const behind = stuck.behind ?? stuck.version;
  const differences = [`It is reached only when ${behind} can be taken back.`];
  return { version, name, verdict: "none", candidate: null, losses: [], differences, kept: null, behind, trials: [] };
}
