import type { Finding } from "../finding.js";
import type { LockMode } from "../postgres/lock-modes.js";

/** A lock that the release takes, and how long it will be held. */
export interface PredictedLock {
  readonly table: string;
  readonly mode: LockMode;
  /** From the grant until the commit. Null when it could not be predicted, which counts as the worst. */
  readonly holdMs: number | null;
}

/**
 * How good the way back is: `exact` restores schema and rows, `kept` does so from rows kept aside, `lossy` loses rows, `impossible` means there is
 * none, `unproved` was not shown to work.
 */
export type RollbackResult = "exact" | "kept-since" | "kept" | "lossy" | "impossible" | "unproved";

/** How many differences a cluster has from the declared schema, by what the release does to them. */
interface DriftCounts {
  /** Gone after the release. */
  readonly healed: number;
  /** Still there after the release, which runs anyway. */
  readonly remaining: number;
  /** They make a statement of the release fail. */
  readonly breaking: number;
}

/** What the dry run and the comparison say about the tenants of one cluster. */
export interface ClusterRisk {
  readonly id: string;
  /** True when the dry run and the rollback passed on a clone of its representative. */
  readonly proved: boolean;
  readonly locks: readonly PredictedLock[];
  readonly rewrites: readonly { readonly table: string; readonly bytes: number | null }[];
  readonly rollback: RollbackResult;
  readonly drift: DriftCounts;
}

export interface TenantRisk {
  readonly id: string;
  /** The cluster that it belongs to; one that is not in the input counts as not proved. */
  readonly cluster: string;
  /** Predictions for this tenant's own size, instead of its cluster's. */
  readonly locks?: readonly PredictedLock[];
  readonly rewrites?: readonly { readonly table: string; readonly bytes: number | null }[];
  /** Statements per second that reach the tenant; null when not measured. */
  readonly traffic: number | null;
  /** Age of its oldest open transaction, which a lock request may have to wait for. */
  readonly longestTransactionMs: number;
  /** Rows that a probe found. */
  readonly probeHits: number;
  /** Probes without an answer. */
  readonly probesUnknown: number;
}

/** Everything that the score depends on. The same input gives the same score. */
export interface RiskInput {
  readonly findings: readonly Finding[];
  /** Statements of the release. */
  readonly statements: number;
  /** Pieces of the release that were not understood. */
  readonly opaque: number;
  /** Pieces that were not understood and that the config accepts by their hash. */
  readonly accepted: number;
  /** Since the end of the dry run; null when there was none. */
  readonly dryRunAgeMs: number | null;
  /** Longest wait for a lock before the rollout gives up and tries again; 0 for no limit. */
  readonly lockTimeoutMs: number;
  readonly clusters: readonly ClusterRisk[];
  readonly tenants: readonly TenantRisk[];
}
