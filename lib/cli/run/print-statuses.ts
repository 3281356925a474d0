import { plural } from "../../core/plural.js";
import type { Io } from "../io.js";
import type { RunStatus } from "../json/run.js";
import { printable, printableLine } from "../terminal/printable.js";
import { duration } from "../terminal/style.js";
import { backfillLines } from "./backfill-lines.js";

/** Runs, one a line, or as JSON. `none`: the text if there are none. */
export function printStatuses(
  io: Io,
  statuses: readonly RunStatus[],
  { json, none }: { readonly json: boolean; readonly none: string },
): void {
  if (json) io.stdout.write(`${JSON.stringify(statuses, null, 2)}\n`);
  else if (statuses.length === 0) io.stdout.write(`${none}\n`);
  else
    for (const status of statuses) {
      io.stdout.write(`${line(status)}\n`);
      for (const text of backfillLines(status.backfills)) io.stdout.write(`    ${text}\n`);
    }
}

function line({ run, release, state, held, leftMs, migrated, tenants, next }: RunStatus): string {
  if (state === "unreadable") return `${printableLine(run)}  ${state}  → ${printableLine(next ?? "")}`;
  const progress = migrated > 0 ? `${migrated} of ${plural(tenants, "tenant")} migrated` : plural(tenants, "tenant");
  const left = leftMs === null || leftMs === 0 ? "" : `, about ${duration(leftMs)} left`;
  return `${printableLine(run)}  ${printable(release ?? "not loaded")}  ${held === null ? state : `held: ${printable(held)}`}  ${progress}${left}${next ? `  → ${next}` : ""}`;
}
