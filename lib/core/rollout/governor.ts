import { sizeText } from "../size.js";

/** The load on a server, as far as it can be seen. Null: there is no such figure, or it cannot be seen. */
export interface Figures {
  /** How far the slowest streaming replica is behind. Milliseconds. */
  readonly lagMs: number | null;
  /** Bytes of WAL per second since the previous figures. */
  readonly walPerSecond: number | null;
  /** WAL that replication slots hold back. Bytes. */
  readonly slotBytes: number | null;
  /** Age of the oldest transaction of another session. Milliseconds. */
  readonly oldestMs: number | null;
  /** Sessions that wait for a lock. */
  readonly waiting: number | null;
  /** Why the health query says no; null when it says yes or there is none. */
  readonly unhealthy: string | null;
}

type Measured = Exclude<keyof Figures, "unhealthy">;

/** How much of each is too much; null for no limit. */
type GovernorLimits = Readonly<Record<Measured, number | null>>;

/** A limit that nobody has set applies only where its figure can be seen. */
export interface GovernorPolicy {
  readonly limits: GovernorLimits;
  readonly given: ReadonlySet<Measured>;
}

type Pace = "go" | "slow" | "pause";

export interface Decision {
  readonly pace: Pace;
  /** Name of the figure that decided. */
  readonly figure: string;
  /** Its share of its limit; 1 where it has no numeric limit. */
  readonly part: number;
  /** What decided it, with its figure and its limit; for a person. */
  readonly why: string;
}

/** A host that cannot be judged, or that a person's own query pauses. */
export function pausedFor(figure: string, why: string): Decision {
  return { pace: "pause", figure, part: 1, why };
}

/** From this share of a limit on, half as many batches run. */
const SLOW_FROM = 0.5;

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

const SAID: Readonly<Record<Measured, { readonly name: string; readonly text: (value: number) => string }>> = {
  lagMs: { name: "replica lag", text: seconds },
  walPerSecond: { name: "WAL a second", text: sizeText },
  slotBytes: { name: "WAL held by a replication slot", text: sizeText },
  oldestMs: { name: "oldest transaction", text: seconds },
  waiting: { name: "sessions waiting for locks", text: String },
};

/** Whether a host accepts another batch: the figure that is closest to its limit, or furthest beyond it, decides. */
export function decide(figures: Figures, { limits, given }: GovernorPolicy): Decision {
  if (figures.unhealthy !== null) return pausedFor("health query", `the health query says no: ${figures.unhealthy}`);
  let worst: Omit<Decision, "pace"> = { figure: "none", part: 0, why: "every figure is within its limit" };
  for (const [key, { name, text }] of Object.entries(SAID) as [Measured, (typeof SAID)[Measured]][]) {
    const limit = limits[key];
    const value = figures[key];
    if (limit === null) continue;
    if (value === null) {
      if (given.has(key) && key !== "lagMs" && key !== "slotBytes" && key !== "walPerSecond")
        return pausedFor(name, `${name} cannot be seen, and has a limit: grant pg_monitor to the role`);
      continue;
    }
    const part = limit === 0 ? (value > 0 ? 1 : 0) : value / limit;
    if (part > worst.part) worst = { figure: name, part, why: `${name} ${text(value)} of ${text(limit)}` };
  }
  const pace = worst.part >= 1 ? "pause" : worst.part >= SLOW_FROM ? "slow" : "go";
  return { pace, ...worst };
}

/** A server's WAL position, and when it was read. Bytes since the start; milliseconds. */
export interface WalMark {
  readonly at: number;
  readonly wal: number;
}

/**
 * How long ago the primary was where a replica is now. The replica's own figure for it (`replay_lag`) does not move while the replica does not, so
 * the primary's marks decide; the replica's figure counts where they do not go back far enough.
 */
export function lagBehind(marks: readonly WalMark[], now: WalMark, replayed: number, saidMs: number | null): number {
  if (replayed >= now.wal) return 0;
  const passed = marks.find(({ wal }) => wal > replayed);
  const known = passed ? now.at - passed.at : 0;
  return Math.max(known, saidMs ?? 0);
}
