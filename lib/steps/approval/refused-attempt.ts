/** An attempt to decide that the rules refused, kept for the audit trail. */
export interface RefusedAttempt {
  readonly name: string;
  readonly channel: string;
  readonly verdict: string;
  readonly code: string;
  readonly message: string;
  /** RFC 3339. */
  readonly at: string;
}
