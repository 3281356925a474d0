/** How far the backfill of one tenant is. */
export interface TenantBackfill {
  readonly tenant: string;
  readonly rows: number;
  /** Rows to do, as they were counted at its beginning; null where counting took too long. */
  readonly total: number | null;
  readonly rowsPerSecond: number;
  readonly leftMs: number | null;
  readonly pace: "go" | "slow" | "pause" | "done";
  /** The figure that decided the pace. */
  readonly why: string;
}

/** How far the backfills of a fleet are, of the tenants that have begun. */
export interface BackfillSum {
  readonly tenants: Readonly<Record<TenantBackfill["pace"], number>>;
  readonly rows: number;
  /** Null where it was not counted in one of them. */
  readonly total: number | null;
  /** Of those at work. */
  readonly rowsPerSecond: number;
  /** Of those at work, at the rate of now; null where it cannot be told. */
  readonly leftMs: number | null;
}

export function backfillSum(each: readonly Omit<TenantBackfill, "tenant" | "leftMs" | "why">[]): BackfillSum {
  const tenants = { go: 0, slow: 0, pause: 0, done: 0 };
  let [rows, total, rate, left]: [number, number | null, number, number | null] = [0, 0, 0, 0];
  for (const one of each) {
    tenants[one.pace] += 1;
    rows += one.rows;
    // Rows that were written meanwhile are done as well.
    total = total === null || one.total === null ? null : total + Math.max(one.total, one.rows);
    if (one.pace === "done") continue;
    rate += one.rowsPerSecond;
    left = left === null || one.total === null ? null : left + Math.max(0, one.total - one.rows);
  }
  const leftMs = left === 0 ? 0 : left === null || rate === 0 ? null : Math.round((left / rate) * 1000);
  return { tenants, rows, total, rowsPerSecond: rate, leftMs };
}
