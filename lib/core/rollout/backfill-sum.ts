/** How far one tenant's backfill has got. */
export interface TenantBackfill {
  readonly tenant: string;
  readonly rows: number;
  /** Rows to do, as counted at its start; null where counting took too long. */
  readonly total: number | null;
  readonly rowsPerSecond: number;
  readonly leftMs: number | null;
  readonly pace: "go" | "slow" | "pause" | "done";
  /** The figure that decided the pace. */
  readonly why: string;
}

/** How far a fleet's backfills have got, for the tenants that have begun. */
export interface BackfillSum {
  readonly tenants: Readonly<Record<TenantBackfill["pace"], number>>;
  readonly rows: number;
  /** Null if one of them was not counted. */
  readonly total: number | null;
  /** Of those at work. */
  readonly rowsPerSecond: number;
  /** Of those at work, at the present rate; null where it cannot be told. */
  readonly leftMs: number | null;
}

export function backfillSum(each: readonly Omit<TenantBackfill, "tenant" | "leftMs" | "why">[]): BackfillSum {
  const tenants = { go: 0, slow: 0, pause: 0, done: 0 };
  let [rows, total, rate, left]: [number, number | null, number, number | null] = [0, 0, 0, 0];
  for (const one of each) {
    tenants[one.pace] += 1;
    rows += one.rows;
    // Rows that were written in the meantime are processed as well.
    total = total === null || one.total === null ? null : total + Math.max(one.total, one.rows);
    if (one.pace === "done") continue;
    rate += one.rowsPerSecond;
    left = left === null || one.total === null ? null : left + Math.max(0, one.total - one.rows);
  }
  const leftMs = left === 0 ? 0 : left === null || rate === 0 ? null : Math.round((left / rate) * 1000);
  return { tenants, rows, total, rowsPerSecond: rate, leftMs };
}
