import { type Figures, lagBehind, type WalMark } from "../../core/rollout/governor.js";
import type { Session } from "../../ports/database.js";

interface Read extends Record<string, unknown> {
  readonly wal: string;
  readonly sees: boolean;
  readonly replicas: readonly { readonly replayed: number | null; readonly lag: number | null }[];
  readonly slots: string | null;
  readonly oldest: number | null;
  readonly waiting: number;
}

/** Other sessions' activity is hidden from a role without pg_read_all_stats: their figures are NULL, not 0. */
const FIGURES = `select (pg_current_wal_lsn() - '0/0'::pg_lsn)::text as wal,
  pg_has_role('pg_read_all_stats', 'usage') as sees,
  coalesce((select json_agg(json_build_object('replayed', r.replay_lsn - '0/0'::pg_lsn, 'lag', extract(epoch from r.replay_lag) * 1000))
    from pg_stat_replication r where r.state in ('streaming', 'catchup')), '[]') as replicas,
  (select max(pg_current_wal_lsn() - s.restart_lsn)::text from pg_replication_slots s) as slots,
  (select (extract(epoch from max(clock_timestamp() - a.xact_start)) * 1000)::float8 from pg_stat_activity a
    where a.backend_type = 'client backend' and a.pid <> pg_backend_pid()) as oldest,
  (select count(*)::int from pg_stat_activity a where a.wait_event_type = 'Lock') as waiting`;

/** Figures of a server, and its WAL position. `marks`: earlier ones, the oldest first. */
export async function readFigures(
  session: Session,
  marks: readonly WalMark[],
  at: number,
): Promise<{ readonly figures: Omit<Figures, "unhealthy">; readonly mark: WalMark; readonly lagHidden: boolean }> {
  const [row] = await session.query<Read>(FIGURES);
  if (!row) throw new Error("the figures of the server were answered with no row");
  const mark = { at, wal: Number(row.wal) };
  const last = marks.at(-1);
  const seconds = last ? (at - last.at) / 1000 : 0;
  const seen = row.replicas.filter(({ replayed }) => replayed !== null);
  const lags = seen.map(({ replayed, lag }) => lagBehind(marks, mark, Number(replayed), lag));
  return {
    figures: {
      lagMs: lags.length === 0 ? null : Math.max(...lags),
      walPerSecond: last && seconds > 0 ? Math.max(0, (mark.wal - last.wal) / seconds) : null,
      slotBytes: row.slots === null ? null : Number(row.slots),
      oldestMs: row.sees ? (row.oldest ?? 0) : null,
      waiting: row.sees ? row.waiting : null,
    },
    mark,
    lagHidden: !row.sees && seen.length < Math.max(1, row.replicas.length),
  };
}
