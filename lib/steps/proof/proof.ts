import type { Catalog } from "../../core/catalog/catalog.js";
import type { Analyzed } from "../../core/evidence/fleet-evidence.js";
import type { Finding, SourceSpan } from "../../core/finding.js";
import type { LockMode, TableLock } from "../../core/postgres/lock-modes.js";
import type { Transactionality } from "../../core/postgres/transactionality.js";
import type { RollbackCandidate, RollbackSource } from "../../core/rollback/plan.js";
import type { Statement } from "../../core/sql/statement.js";
import type { Loss } from "../../core/undo/inverse.js";

/** A lock that a statement took, and how long it was held: from the statement's start to the commit. */
export interface HeldLock {
  readonly table: string;
  readonly mode: LockMode;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ProvedStatement {
  /** Version of its migration. */
  readonly migration: string;
  readonly index: number;
  readonly sql: string;
  /** What ran in batches; absent for a statement that ran whole. `longestMs`: the longest batch. */
  readonly batched?: { readonly rows: number; readonly batches: number; readonly longestMs: number };
  readonly source: SourceSpan;
  readonly transactionality: Transactionality;
  /** Since the first statement of the release began, without the dry run's own reading. */
  readonly startMs: number;
  /** Includes the time to keep aside what it destroys. */
  readonly ms: number;
  /** Locks that this statement was the first in its transaction to take in this mode. */
  readonly locks: readonly HeldLock[];
  /** What the operation's own file predicts. */
  readonly predicted: readonly TableLock[];
  /** Tables whose rows are copied aside first. */
  readonly kept: readonly string[];
  /** Tables whose heap was rewritten. */
  readonly rewrites: readonly string[];
  readonly scans: readonly { readonly table: string; readonly rows: number }[];
  readonly written: readonly {
    readonly table: string;
    readonly inserted: number;
    readonly updated: number;
    readonly deleted: number;
  }[];
}

/** Rows of a table before and after the release; null if the table does not exist. */
export interface TableRows {
  readonly table: string;
  readonly before: number | null;
  readonly after: number | null;
  /** Same columns and same count with other content, or fewer rows. */
  readonly changed: boolean;
}

/**
 * `exact`: schema and rows as before. `order`: the same except for the order of columns. `differs`: something else came back. `error`: it
 * does not run. `none`: there is no way back to try.
 */
export type RollbackVerdict = "exact" | "order" | "differs" | "error" | "none";

export interface CandidateTrial {
  readonly source: RollbackSource;
  readonly verdict: RollbackVerdict;
  /** What it leaves, or why it does not run, one sentence each. */
  readonly differences: readonly string[];
  readonly ms: number;
}

/** The way back of one migration, proved or not. */
export interface ProvedRollback {
  readonly version: string;
  readonly name: string;
  readonly verdict: RollbackVerdict;
  /** The first candidate that passed; null when none did. */
  readonly candidate: RollbackCandidate | null;
  readonly losses: readonly Loss[];
  readonly differences: readonly string[];
  /** Bytes that its copies took on the clone, and whether that exceeds the limit; null if nothing is kept. */
  readonly kept: { readonly bytes: number; readonly tooLarge: boolean } | null;
  /** The later migration that cannot be taken back, which keeps this one out of reach; null if it was reached. */
  readonly behind: string | null;
  readonly trials: readonly CandidateTrial[];
}

/** What a second run of the release does: the ledger prevents it, this says what would happen. */
export type Rerun =
  | { readonly outcome: "nothing" | "changes" }
  | { readonly outcome: "fails"; readonly reason: string }
  | { readonly outcome: "not tried"; readonly reason: string };

export interface ResumePoint {
  readonly migration: string;
  /** Index of the statement after which the process was killed. */
  readonly statement: number;
  readonly state: "old" | "new" | "resumed" | "lost";
  readonly reason: string | null;
}

/** Everything that the dry run found out about a release on clones of one tenant. Plain data. */
export interface Proof {
  /** True when every migration ran, can be taken back or need not be by the config, and ran again. */
  readonly passed: boolean;
  readonly statements: readonly ProvedStatement[];
  readonly rows: readonly TableRows[];
  /** In the order of the release. */
  readonly rollbacks: readonly ProvedRollback[];
  readonly rerun: Rerun;
  readonly resumes: readonly ResumePoint[];
  /** ANALYZE after the release, with its time; absent if the rollout has none or needs none. */
  readonly analyzed?: readonly Analyzed[];
  /** Whether the release ran a second time after it was taken back, and led to the same schema. */
  readonly upAgain: boolean;
  readonly findings: readonly Finding[];
  /** Fingerprints of the schema. */
  readonly before: string;
  /** Null when the release did not run. */
  readonly after: string | null;
  /** Fingerprints after each migration, including the last. */
  readonly onTheWay: readonly string[];
  readonly catalogAfter: Catalog | null;
  /** SQL that makes the same change as a team's own program. */
  readonly derived: readonly Statement[];
  /** What such a program printed, without secrets; null if there is none. */
  readonly output: string | null;
  /** Milliseconds, including making the clones. */
  readonly ms: number;
}
