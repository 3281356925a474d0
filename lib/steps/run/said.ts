/** A person stopped the rollout for now, or let it go on. */
export interface PauseEntry {
  readonly paused: boolean;
  readonly by: string;
  /** RFC 3339. */
  readonly at: string;
  readonly reason: string | null;
}
