import type { TenantBackfill } from "../../core/rollout/backfill-sum.js";
import type { Governed } from "../../core/rollout/governed.js";
import type { Decision } from "../../core/rollout/governor.js";

/** What one process decided for the backfills of a host. */
export interface GovernorRecord {
  readonly host: string;
  readonly sums: readonly Governed[];
  /** Changes of decision, the newest last; the oldest are dropped. */
  readonly log: readonly (Omit<Decision, "part"> & { readonly at: string })[];
}

/** One backfill outside a release, as it was asked for. */
export interface BackfillRequest {
  /** Absolute path. */
  readonly file: string;
  /** Tenants that have it get it again. */
  readonly again: boolean;
}

export interface BackfillProgress extends TenantBackfill {
  /** Of the migration. */
  readonly version: string;
}
