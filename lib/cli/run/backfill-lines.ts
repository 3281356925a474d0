import { plural } from "../../core/plural.js";
import { backfillSum, type TenantBackfill } from "../../core/rollout/backfill-sum.js";
import { printable, printableLine } from "../terminal/printable.js";
import { duration } from "../terminal/style.js";

/** `acme: backfill 12,000 of 50,000 rows, 3,400 rows/s, slow (replica lag 0.6 s of 1.0 s), about 11 s left`. */
export function backfillLine({ tenant, rows, total, rowsPerSecond, leftMs, pace, why }: TenantBackfill): string {
  const done = total === null ? plural(rows, "row") : `${plural(rows, "row")} of ${plural(total, "row")}`;
  const left = leftMs === null || leftMs === 0 ? "" : `, about ${duration(leftMs)} left`;
  const state = pace === "done" ? "done" : pace === "go" ? "go" : `${pace} (${printable(why)})`;
  return `${printableLine(tenant)}: backfill ${done}, ${plural(rowsPerSecond, "row")}/s, ${state}${left}`;
}

/** A line for each running backfill, and one for all of them. */
export function backfillLines(backfills: readonly TenantBackfill[]): readonly string[] {
  if (backfills.length === 0) return [];
  const working = backfills.filter(({ pace }) => pace !== "done");
  const { tenants, rows, total, rowsPerSecond, leftMs } = backfillSum(backfills);
  const of = total === null ? "" : ` of ${plural(total, "row")}`;
  const left = leftMs === null || leftMs === 0 ? "" : `, about ${duration(leftMs)} left of these`;
  const all = `backfills: ${tenants.done} of ${plural(backfills.length, "tenant")} begun are done, ${plural(rows, "row")}${of} changed, ${plural(rowsPerSecond, "row")}/s now${left}`;
  return [...working.map(backfillLine), all];
}
