/** One backfill outside of a release, as it was asked for. */
export interface BackfillRequest {
  /** Absolute path. */
  readonly file: string;
  /** Tenants that have it get it once more. */
  readonly again: boolean;
}

/** Of a person's: how much of the time backfills may take. */
export interface Speed {
  readonly percent: number;
  readonly by: string;
  /** RFC 3339. */
  readonly at: string;
}

export const FULL_SPEED = 100;
/** The artifact that holds a `Speed`. */
export const SPEED_SAID = "speed.json";

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
