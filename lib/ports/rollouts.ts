/** A run that is currently changing tenants of the fleet. */
export interface ActiveRollout {
  readonly run: string;
  /** RFC 3339. */
  readonly since: string;
}

/**
 * Which runs are changing tenants. One at a time per tenant: a second run over the same tenants is refused instead of waiting, since what
 * it was approved for would no longer be true when its turn comes.
 */
export interface Rollouts {
  /**
   * Enters this run's tenants, by `host/database/schema`, unless another run that is still alive has one of them: then that run is returned
   * and nothing is entered. Null if entered. The same run may enter again.
   */
  begin(run: string, tenants: readonly string[], since: string): Promise<ActiveRollout | null>;
  /** Another run that is alive and changes one of these tenants. */
  other(run: string, tenants: readonly string[]): Promise<ActiveRollout | null>;
  /** The run no longer changes anything. */
  end(run: string): Promise<void>;
}
