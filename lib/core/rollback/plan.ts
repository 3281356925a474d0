import type { Loss } from "../undo/inverse.js";
import type { KeepAside, SetAside, WrittenSince } from "../undo/keep/aside.js";

export type RollbackSource = "author" | "inverse" | "difference";
export type RollbackClass = "exact" | "lossy" | "impossible";

/** One way back for one migration, for the tenants of one cluster. Proof decides which one is taken. */
export interface RollbackCandidate {
  readonly source: RollbackSource;
  /** `lossy`: without what is kept aside, rows would be lost; `keep` says what is kept, and `aside` what the way back keeps. */
  readonly class: RollbackClass;
  readonly keep: readonly KeepAside[];
  /** What was written since and would go with the migration; the proof finds it out. */
  readonly aside: readonly SetAside[];
  /** The same, counted before anything of the release is undone. */
  readonly since: readonly WrittenSince[];
  /** Run in order, in one transaction split at the statements that `outside` names. They restore the rows kept aside. */
  readonly statements: readonly string[];
  /** Indexes of `statements` that PostgreSQL refuses in a transaction block. */
  readonly outside: readonly number[];
  /** What the migration destroys; with `keep` it comes back, without it it is gone. */
  readonly losses: readonly Loss[];
  /** Why it is impossible, if it is. */
  readonly reason: string | null;
}

interface MigrationRollback {
  readonly version: string;
  readonly name: string;
  /** In order of preference; the first that passes its proof is taken. */
  readonly candidates: readonly RollbackCandidate[];
}

/** The way back of a release, one entry per migration, in the release's order; it runs from the last to the first. */
export interface RollbackPlan {
  readonly cluster: string;
  readonly migrations: readonly MigrationRollback[];
}
