/** A run that is changing tenants of the fleet at this moment. */
export interface ActiveRollout {
  readonly run: string;
  /** RFC 3339. */
  readonly since: string;
}

/**
 * Which runs are changing tenants. One at a time per tenant: a second one over the same tenants is refused, not made to
 * wait, since what it was approved for will not be true any more when its turn comes.
 */
export interface Rollouts {
  /**
   * Enters this run's tenants, by `host/database/schema`, unless another run that is still alive has one of them: then
   * that run is returned and nothing is entered. Null when entered. The same run may enter again.
   */
  begin(run: string, tenants: readonly string[], since: string): Promise<ActiveRollout | null>;
  /** Another run that is alive and changes one of these tenants. */
  other(run: string, tenants: readonly string[]): Promise<ActiveRollout | null>;
  /** The run changes nothing any more. */
  end(run: string): Promise<void>;
}
