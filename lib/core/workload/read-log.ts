import { MOST_QUERIES, workloadOf } from "./merge.js";
import { readQuery } from "./read-query.js";
import type { Found, Workload } from "./workload.js";

/** A line that a server logged, with the lines that belong to it. */
export interface LogEntry {
  readonly message: string;
  readonly user: string | null;
  readonly database: string | null;
  /** Milliseconds since the epoch; null when the line does not say. */
  readonly at: number | null;
}

interface Logged {
  readonly text: string;
  readonly user: string | null;
  calls: number;
  ms: number | null;
}

/** A statement as `log_statement`, `log_min_duration_statement` and the like write it; parse and bind are not calls. */
const STATEMENT = /^(?:duration: ([\d.]+) ms {2})?(?:statement|execute [^:]*): ([\s\S]+)$/;

/** The queries in a server's log. `databases` null means those of all; values of parameters are not looked at. */
export function readLog(entries: readonly LogEntry[], place: string, databases: ReadonlySet<string> | null): Workload {
  const logged = new Map<string, Logged>();
  const found: Found[] = [];
  const times: number[] = [];
  for (const entry of entries) {
    const [, ms, text] = STATEMENT.exec(entry.message) ?? [];
    if (text === undefined) continue;
    if (entry.at !== null) times.push(entry.at);
    if (isOther(entry, databases)) found.push({ reason: "other-database", place, calls: 1 });
    else if (!count(logged, entry, text, ms)) found.push({ reason: "beyond-limit", place, calls: 1 });
  }
  const hours = hoursBetween(times);
  const source = { kind: "log", place } as const;
  for (const { text, user, calls, ms } of logged.values()) {
    const meanMs = ms === null ? null : ms / calls;
    const callsPerHour = hours === null ? null : calls / hours;
    found.push(readQuery({ text, source, role: user, calls, callsPerHour, meanMs }));
  }
  const remarks =
    logged.size + found.length > 0
      ? []
      : [`${place} logs no statement: see log_statement and log_min_duration_statement.`];
  return workloadOf(found, { remarks });
}

function isOther({ database }: LogEntry, databases: ReadonlySet<string> | null): boolean {
  return databases !== null && database !== null && !databases.has(database);
}

/** False when there are too many texts to keep one more. */
function count(logged: Map<string, Logged>, { user }: LogEntry, text: string, ms: string | undefined): boolean {
  const key = `${user ?? ""}\0${text}`;
  const known = logged.get(key) ?? { text, user, calls: 0, ms: null };
  if (known.calls === 0 && logged.size >= MOST_QUERIES) return false;
  known.calls += 1;
  if (ms !== undefined) known.ms = (known.ms ?? 0) + Number(ms);
  logged.set(key, known);
  return true;
}

/** Null when the log covers less than a minute, which gives no rate. */
function hoursBetween(times: readonly number[]): number | null {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times) [least, most] = [Math.min(least, time), Math.max(most, time)];
  return most - least >= 60_000 ? (most - least) / 3_600_000 : null;
}
