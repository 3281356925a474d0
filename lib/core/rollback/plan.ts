import type { Loss } from "../operations/operation.js";

export type RollbackSource = "author" | "inverse" | "difference";
export type RollbackClass = "exact" | "lossy" | "impossible";

/** One way back for the whole release, for the tenants of one cluster. Which one is the plan is decided by proof. */
export interface RollbackCandidate {
  readonly source: RollbackSource;
  readonly class: RollbackClass;
  /** Run before the release, in the tenant, so that nothing is lost. */
  readonly keepAside: readonly string[];
  /** Run in order, in one transaction unless `outside` names the index of a statement. */
  readonly statements: readonly string[];
  /** Indexes of `statements` that PostgreSQL refuses in a transaction block. */
  readonly outside: readonly number[];
  /** Run last: puts back the rows kept aside. */
  readonly restore: readonly string[];
  readonly losses: readonly Loss[];
  /** Why it is impossible, when it is. */
  readonly reason: string | null;
}

export interface RollbackPlan {
  readonly cluster: string;
  /** In order of preference; the first that passes its proof is taken. */
  readonly candidates: readonly RollbackCandidate[];
}
