import type { Governed } from "../../core/rollout/governed.js";
import type { Decision } from "../../core/rollout/governor.js";

/** What one process decided for the backfills of a host. */
export interface GovernorRecord {
  readonly host: string;
  readonly sums: readonly Governed[];
  /** Changes of mind, the newest last; the oldest are forgotten. */
  readonly log: readonly (Omit<Decision, "part"> & { readonly at: string })[];
}

/** One backfill outside of a release, as it was asked for. */
export interface BackfillRequest {
  /** Absolute path. */
  readonly file: string;
  /** Tenants that have it get it once more. */
  readonly again: boolean;
}

/** How far the backfill of one tenant is. */
export interface BackfillProgress {
  readonly tenant: string;
  readonly version: string;
  readonly rows: number;
  /** Rows to do, as they were counted at its beginning; null where counting took too long. */
  readonly total: number | null;
  readonly rowsPerSecond: number;
  readonly leftMs: number | null;
  readonly pace: "go" | "slow" | "pause" | "done";
  /** The figure that decided the pace. */
  readonly why: string;
}
