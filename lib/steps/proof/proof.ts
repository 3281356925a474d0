import type { Catalog } from "../../core/catalog/catalog.js";
import type { Analyzed } from "../../core/evidence/fleet-evidence.js";
import type { Finding, SourceSpan } from "../../core/finding.js";
import type { LockMode, TableLock } from "../../core/postgres/lock-modes.js";
import type { Transactionality } from "../../core/postgres/transactionality.js";
import type { RollbackCandidate, RollbackSource } from "../../core/rollback/plan.js";
import type { Statement } from "../../core/sql/statement.js";
import type { Loss } from "../../core/undo/inverse.js";

/** A lock that a statement took, and for how long it was held: from the statement's start to the commit. */
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
  /** What of it ran in batches; absent for a statement that ran whole. `longestMs`: the longest of them. */
  readonly batched?: { readonly rows: number; readonly batches: number; readonly longestMs: number };
  readonly source: SourceSpan;
  readonly transactionality: Transactionality;
  /** Since the first statement of the release began; the dry run's own reading is not counted. */
  readonly startMs: number;
  /** With the time that it takes to keep aside what it destroys. */
  readonly ms: number;
  /** Locks that it was the first in its transaction to take in this mode. */
  readonly locks: readonly HeldLock[];
  /** What the operation's own file says of it. */
  readonly predicted: readonly TableLock[];
  /** Tables whose rows it copies aside first. */
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

/** Rows of a table before and after the release; null where the table is not there. */
export interface TableRows {
  readonly table: string;
  readonly before: number | null;
  readonly after: number | null;
  /** Same columns, same count, other content, or fewer rows. */
  readonly changed: boolean;
}

/**
 * `exact`: schema and rows as before. `order`: the same but for the order of columns. `differs`: something else came
 * back. `error`: it does not run. `none`: there is no way back to try.
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
  /** Bytes that its copies took on the clone, and whether that is above the limit; null when nothing is kept. */
  readonly kept: { readonly bytes: number; readonly tooLarge: boolean } | null;
  /** The later migration that cannot be taken back, so that this one is not reached; null when it was reached. */
  readonly behind: string | null;
  readonly trials: readonly CandidateTrial[];
}

/** What a second run of the release does: the ledger keeps it from happening, this says what would. */
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

/** All that the dry run found out about a release on clones of one tenant. Plain data. */
export interface Proof {
  /** True when every migration ran, can be taken back or need not be by the config, and ran again. */
  readonly passed: boolean;
  readonly statements: readonly ProvedStatement[];
  readonly rows: readonly TableRows[];
  /** In the order of the release. */
  readonly rollbacks: readonly ProvedRollback[];
  readonly rerun: Rerun;
  readonly resumes: readonly ResumePoint[];
  /** ANALYZE after the release, with its time; absent where the rollout has none or needs none. */
  readonly analyzed?: readonly Analyzed[];
  /** Whether the release ran a second time after it was taken back, and gave the same schema. */
  readonly upAgain: boolean;
  readonly findings: readonly Finding[];
  /** Fingerprints of the schema. */
  readonly before: string;
  /** Null when the release did not run. */
  readonly after: string | null;
  /** Fingerprints after each migration, the last included. */
  readonly onTheWay: readonly string[];
  readonly catalogAfter: Catalog | null;
  /** SQL that the change of a team's own program comes to. */
  readonly derived: readonly Statement[];
  /** What such a program printed, without secrets; null without one. */
  readonly output: string | null;
  /** Milliseconds, the making of clones included. */
  readonly ms: number;
}
