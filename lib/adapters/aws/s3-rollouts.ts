import type { Clock } from "../../ports/clock.js";
import type { ActiveRollout, Rollouts } from "../../ports/rollouts.js";
import { mapLimited } from "./map-limited.js";
import { s3Artifacts } from "./s3-artifacts.js";
import type { S3Store } from "./s3-store.js";

/** Next to the runs' own folders, where every function may write. */
const FOLDER = "runs/.rollouts";

/**
 * As long as an execution may last (`TimeoutSeconds` of the state machine), so that no other run begins while a child or a build of this
 * one may still be working. Its report ends it; so does the report of a resume or a rollback of a run whose execution died.
 */
const LONGEST_EXECUTION_MS = 14 * 86_400_000;

/** Nobody may delete an object, so every run of the retention time has one. */
const READERS = 32;

interface Entry extends ActiveRollout {
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly tenants: readonly string[];
}

/**
 * The rollouts of one bucket as objects. A run writes its own entry before it reads those of others, so that of two that begin together at
 * least one sees the other; if both do, both are refused and may be resumed. Throws `StoreError` for an entry that cannot be read.
 */
export function s3Rollouts(store: S3Store, clock: Clock): Rollouts {
  const entries = s3Artifacts(store, FOLDER);
  const key = (run: string) => `${encodeURIComponent(run)}.json`;
  const write = (entry: Entry) => entries.put(key(entry.run), entry);
  const other = async (run: string, tenants: readonly string[]): Promise<ActiveRollout | null> => {
    const wanted = new Set(tenants);
    const others = (await entries.list("")).filter((name) => name !== key(run));
    const found = (await mapLimited(READERS, others, (name) => entries.get<Entry>(name))).find(
      (entry) => entry !== null && entry.until > clock.now() && entry.tenants.some((tenant) => wanted.has(tenant)),
    );
    return found ? { run: found.run, since: found.since } : null;
  };
  const end = (run: string) => write({ run, since: "", until: 0, tenants: [] });
  return {
    other,
    end,
    async begin(run, tenants, since) {
      await write({ run, since, until: clock.now() + LONGEST_EXECUTION_MS, tenants });
      const found = await other(run, tenants);
      if (found) await end(run);
      return found;
    },
  };
}
