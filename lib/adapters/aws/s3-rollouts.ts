import type { Clock } from "../../ports/clock.js";
import type { ActiveRollout, Rollouts } from "../../ports/rollouts.js";
import type { S3Store } from "./s3-store.js";

/** Beside the runs' own folders, where every function may write. */
const FOLDER = "runs/.rollouts";

/** A wave takes less; an execution that died without its report does not keep others out for longer. */
const LONGEST_WAVE_MS = 6 * 3_600_000;

interface Entry extends ActiveRollout {
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly tenants: readonly string[];
}

/**
 * The rollouts of one bucket as objects. A run writes its own entry before it reads those of others, so that of two that
 * begin together at least one sees the other; when both do, both are refused and may be resumed.
 */
export function s3Rollouts(store: S3Store, clock: Clock): Rollouts {
  const key = (run: string) => `${FOLDER}/${encodeURIComponent(run)}.json`;
  const write = (entry: Entry) => store.put(key(entry.run), JSON.stringify(entry));
  const other = async (run: string, tenants: readonly string[]): Promise<ActiveRollout | null> => {
    const wanted = new Set(tenants);
    for (const name of await store.list(`${FOLDER}/`)) {
      const text = name === key(run) ? null : await store.text(name);
      if (text === null) continue;
      const entry = JSON.parse(text) as Entry;
      if (entry.until > clock.now() && entry.tenants.some((tenant) => wanted.has(tenant)))
        return { run: entry.run, since: entry.since };
    }
    return null;
  };
  const end = (run: string) => write({ run, since: "", until: 0, tenants: [] });
  return {
    other,
    end,
    async begin(run, tenants, since) {
      await write({ run, since, until: clock.now() + LONGEST_WAVE_MS, tenants });
      const found = await other(run, tenants);
      if (found) await end(run);
      return found;
    },
  };
}
