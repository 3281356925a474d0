import type { LockMode } from "../../core/postgres/lock-modes.js";
import type { Clock } from "../../ports/clock.js";
import type { Session } from "../../ports/database.js";
import type { HeldLock } from "./proof.js";
import { tableName } from "./state.js";

/** Time between two looks, in milliseconds. A lock held for less may go unseen. */
const INTERVAL_MS = 5;

const QUERY = `select n.nspname as schema, c.relname as name, l.mode
  from pg_catalog.pg_locks l join pg_catalog.pg_class c on c.oid = l.relation
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where l.locktype = 'relation' and l.granted and l.mode <> 'SIReadLock' and l.pid <> all($1)
    and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
    and c.relkind in ('r', 'p', 'm') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
    and n.nspname not like 'schema\\_gate%'`;

interface Seen extends Record<string, unknown> {
  readonly schema: string;
  readonly name: string;
  readonly mode: LockMode;
}

/** Polls which table locks the sessions of others hold, while running work that reports nothing about itself. */
export async function watchLocks<T>(
  watcher: Session,
  own: readonly number[],
  clock: Clock,
  work: () => Promise<T>,
): Promise<{ readonly result: PromiseSettledResult<T>; readonly locks: readonly HeldLock[] }> {
  const start = clock.monotonic();
  const open = new Map<string, HeldLock>();
  const closed: HeldLock[] = [];
  const look = async () => {
    const rows = await watcher.query<Seen>(QUERY, [[...own, watcher.backend]]);
    const now = clock.monotonic() - start;
    const seen = new Map(rows.map((row) => [JSON.stringify([row.schema, row.name, row.mode]), row]));
    for (const [key, row] of seen) {
      const known = open.get(key);
      open.set(key, { table: tableName(row), mode: row.mode, fromMs: known?.fromMs ?? now, toMs: now });
    }
    for (const [key, lock] of open) {
      if (seen.has(key)) continue;
      open.delete(key);
      // It was released some time between two looks: the later one is never too short.
      closed.push({ ...lock, toMs: now });
    }
  };
  let done = false;
  const running = Promise.allSettled([work()]).then(([result]) => {
    done = true;
    return result;
  });
  while (!done) {
    await look();
    await Promise.race([running, clock.sleep(INTERVAL_MS)]);
  }
  const result = await running;
  return { result, locks: [...closed, ...open.values()] };
}
