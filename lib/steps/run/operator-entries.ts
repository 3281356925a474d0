/** A person paused the rollout, or let it continue. */
export interface PauseEntry {
  readonly paused: boolean;
  readonly by: string;
  /** RFC 3339. */
  readonly at: string;
  readonly reason: string | null;
}

/** How much of the time backfills may take, as a person set it. */
export interface SpeedEntry {
  readonly percent: number;
  readonly by: string;
  /** RFC 3339. */
  readonly at: string;
}

export const FULL_SPEED = 100;
