import type { Probe } from "./probe.js";
import { readableSource } from "./support/readable-source.js";

/** What holds back this database's oldest snapshot. */
const OLD = `(SELECT 'session ' || a.pid || ' of ' || coalesce(a.usename::text, '?') || ' since ' || a.xact_start AS key, a.pid
    FROM pg_catalog.pg_stat_activity AS a WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
    AND a.backend_type = 'client backend' AND (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL)
    AND a.xact_start < now() - interval '1 minute'
  UNION ALL SELECT 'prepared transaction ' || x.gid || ' since ' || x.prepared, NULL
    FROM pg_catalog.pg_prepared_xacts AS x WHERE x.database = current_database()) AS old`;

/** A replica does not show the primary's sessions, and a role without pg_read_all_stats does not see other roles' sessions. */
const HIDDEN = `pg_is_in_recovery() OR EXISTS (SELECT FROM pg_catalog.pg_stat_activity AS a
  WHERE a.datname = current_database() AND a.query = '<insufficient privilege>')`;

/** Transactions older than a minute that an operation outside a transaction would wait for. */
export const oldSnapshots: Probe = {
  code: "probe.old-snapshots",
  derive(operation) {
    const waits =
      operation.kind === "create-index" ||
      operation.kind === "drop-index" ||
      operation.kind === "reindex" ||
      operation.kind === "detach-partition";
    if (!waits || operation.transactionality !== "outside") return [];
    return [
      {
        code: oldSnapshots.code,
        subject: { kind: "statement", name: readableSource(operation.statement.source) },
        statement: operation.statement,
        meaning: "transactions open for more than a minute, which a concurrent index build waits for",
        count: `SELECT CASE WHEN ${HIDDEN} THEN NULL ELSE (SELECT count(*) FROM ${OLD}) END AS count`,
        sample: `SELECT key FROM ${OLD} ORDER BY key LIMIT 5`,
        repair: `SELECT pg_terminate_backend(pid) FROM ${OLD} WHERE pid IS NOT NULL`,
        reads: [],
        uncertainty: null,
        primary: true,
      },
    ];
  },
};
