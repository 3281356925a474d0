/** How long the dry run of a tenant's cluster took, and how large the tenants are. Bytes are null where they are unknown. */
export interface DryRunTime {
  /** Milliseconds of each statement on the clone. */
  readonly statements: readonly number[];
  readonly cloneBytes: number | null;
  readonly tenantBytes: number | null;
}

/** A live database is busier than a clone. */
const MARGIN = 2;

/**
 * How long the release may take in one tenant, in milliseconds: its time on the clone, in proportion to the sizes of the tenant and of the one that
 * was cloned, with a margin.
 */
export function predictedMs({ statements, cloneBytes, tenantBytes }: DryRunTime): number {
  const measured = statements.reduce((sum, ms) => sum + ms, 0);
  const known = cloneBytes !== null && tenantBytes !== null && cloneBytes > 0;
  return measured * MARGIN * (known ? tenantBytes / cloneBytes : 1);
}
