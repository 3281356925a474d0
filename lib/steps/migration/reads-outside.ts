import { mayHaveBlocks } from "../../core/isolation/statement-blocks.js";
import type { Session } from "../../ports/database.js";
import { hasHandlers } from "./has-handlers.js";
import type { SessionScope } from "./prepare-session.js";
import { LeftTenant, names, ofOthers } from "./stay-inside.js";

/**
 * Runs statements of others in their transaction, and throws `LeftTenant` if one of them read another tenant's rows in a part that was
 * rolled back: a block with an EXCEPTION clause releases its locks, but its variables keep what it read. A backend counts the blocks and
 * scans of each relation until its transaction ends, whatever was rolled back in between (manual, "The Cumulative Statistics System"); what
 * an earlier transaction left uncounted is in both readings.
 *
 * Both look at every relation of the database, which is slow where it has thousands of tenants: they are left out if nothing can catch an error.
 */
export async function readingInside<T>(
  session: Session,
  scope: SessionScope,
  statements: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  if (scope.schema === null) return work();
  const catches = mayHaveBlocks(statements) || (await hasHandlers(session));
  const before = catches ? await readsOfOthers(session, scope.schema, scope.settings.shared) : NOTHING;
  const result = await work();
  // Somebody else may have created a function meanwhile.
  if (!catches && !(await hasHandlers(session))) return result;
  const after = await readsOfOthers(session, scope.schema, scope.settings.shared);
  const read = [...after]
    .filter(([relation, count]) => count > (before.get(relation) ?? 0))
    .map(([relation]) => relation);
  if (read.length > 0)
    throw new LeftTenant(
      `it reads ${read.join(", ")}, which is not the tenant's, in a part that was rolled back (a block with an EXCEPTION clause)`,
    );
  return result;
}

const NOTHING: ReadonlyMap<string, number> = new Map();

interface Counted extends Record<string, unknown> {
  readonly relation: string | null;
  readonly count: string;
  readonly counting: boolean;
}

/** Relations that are neither the tenant's nor shared, and how often this backend has read them. Throws `LeftTenant` if the server counts nothing. */
async function readsOfOthers(
  session: Session,
  schema: string,
  shared: readonly string[] = ["public"],
): Promise<ReadonlyMap<string, number>> {
  const rows = await session.query<Counted>(`select found.*, current_setting('track_counts')::bool as counting
    from (values (1)) one left join (select format('%I.%I', n.nspname, c.relname) as relation, (${READS})::text as count
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'm', 'S', 'i') and ${READS} > 0
        and ${ofOthers(schema)} and n.nspname <> all (array[${names(shared)}]::name[])) found on true`);
  if (rows[0]?.counting !== true)
    throw new LeftTenant("what it reads of other tenants cannot be known, since track_counts is off on the server");
  return new Map(
    rows.flatMap(({ relation, count }) => (relation === null ? [] : [[relation, Number(count)] as const])),
  );
}

/** A sequence has no scans, an index-only scan may read no block of its table, and an empty table has no blocks. */
const READS = "pg_stat_get_xact_blocks_fetched(c.oid) + pg_stat_get_xact_numscans(c.oid)";
