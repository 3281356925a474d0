import type { TableRef } from "../../core/catalog/lookup.js";
import type { LockMode } from "../../core/postgres/lock-modes.js";
import type { Session } from "../../ports/database.js";
import { tableName } from "./state.js";

interface Relation extends Record<string, unknown> {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly filenode: string;
  readonly scanned: string;
  readonly inserted: string;
  readonly updated: string;
  readonly deleted: string;
  /** Table lock modes that this backend holds. Serializable's predicate locks block nobody and do not count. */
  readonly modes: readonly LockMode[];
}

/** What our own backend holds and has done within its transaction, by table. */
export type Snapshot = ReadonlyMap<string, Relation>;

/** Tables, partitioned tables and materialized views, except the server's own. Counters are those of this transaction. */
const QUERY = `select c.oid::text as oid, n.nspname as schema, c.relname as name, c.relfilenode::text as filenode,
    coalesce(s.seq_tup_read, 0)::text as scanned, coalesce(s.n_tup_ins, 0)::text as inserted,
    coalesce(s.n_tup_upd, 0)::text as updated, coalesce(s.n_tup_del, 0)::text as deleted,
    array(select l.mode from pg_catalog.pg_locks l where l.pid = pg_catalog.pg_backend_pid() and l.locktype = 'relation'
      and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
      and l.relation = c.oid and l.granted and l.mode <> 'SIReadLock') as modes
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_stat_xact_user_tables s on s.relid = c.oid
  where c.relkind in ('r', 'p', 'm') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
    and n.nspname not like 'schema\\_gate%'`;

export async function readSnapshot(session: Session): Promise<Snapshot> {
  const rows = await session.query<Relation>(QUERY);
  return new Map(rows.map((row) => [row.oid, row]));
}

interface Written {
  readonly table: TableRef;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

export interface Changes {
  readonly locks: readonly { readonly table: string; readonly mode: LockMode }[];
  readonly rewrites: readonly string[];
  readonly scans: readonly { readonly table: string; readonly rows: number }[];
  readonly written: readonly Written[];
}

/**
 * What happened between two snapshots to the tables of the first. Names are those of the first. A lock and a rewrite count only on a table
 * of `atStart`: nobody waits for a table that the release creates.
 */
export function changesBetween(before: Snapshot, after: Snapshot, atStart: Snapshot = before): Changes {
  const pairs = [...before.values()].flatMap((was) => {
    const is = after.get(was.oid);
    return is ? [{ was, is }] : [];
  });
  const known = pairs.filter(({ was }) => atStart.has(was.oid));
  return {
    locks: known.flatMap(({ was, is }) =>
      is.modes.filter((mode) => !was.modes.includes(mode)).map((mode) => ({ table: tableName(was), mode })),
    ),
    rewrites: known.flatMap(({ was, is }) => (was.filenode === is.filenode ? [] : [tableName(was)])),
    scans: pairs.flatMap(({ was, is }) => {
      const rows = Number(is.scanned) - Number(was.scanned);
      return rows > 0 ? [{ table: tableName(was), rows }] : [];
    }),
    written: pairs.flatMap(({ was, is }) => {
      const inserted = Number(is.inserted) - Number(was.inserted);
      const updated = Number(is.updated) - Number(was.updated);
      const deleted = Number(is.deleted) - Number(was.deleted);
      if (inserted + updated + deleted <= 0) return [];
      return [{ table: { schema: was.schema, name: was.name }, inserted, updated, deleted }];
    }),
  };
}
