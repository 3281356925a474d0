import { transactionalityOf } from "../operations/transactionality.js";
import type { Probe } from "./probe.js";

const CODE = "probe.old-snapshots";

/** CREATE INDEX CONCURRENTLY waits for every older snapshot of the database. */
const OLD = `FROM pg_stat_activity t WHERE t.datname = current_database() AND t.pid <> pg_backend_pid()
  AND t.backend_type = 'client backend' AND (t.backend_xmin IS NOT NULL OR t.backend_xid IS NOT NULL)
  AND t.xact_start < now() - interval '1 minute'`;

/** Transactions older than a minute, which an operation outside a transaction would wait for. */
export const oldSnapshots: Probe = {
  code: CODE,
  derive(operation) {
    const waits = operation.kind === "create-index" || operation.kind === "drop-index" || operation.kind === "reindex";
    if (!waits || transactionalityOf(operation) !== "outside") return [];
    return [
      {
        code: CODE,
        statement: operation.statement,
        subject: { kind: "statement", name: `${operation.statement.source.file}:${operation.statement.source.line}` },
        meaning: "transactions open for more than a minute, which a concurrent index build waits for",
        count: `SELECT count(*) AS count ${OLD}`,
        sample: `SELECT t.pid || ' ' || t.usename || ' since ' || t.xact_start AS key ${OLD} LIMIT 5`,
        repair: `SELECT pg_terminate_backend(t.pid) ${OLD}`,
        reads: [],
        doubt: null,
      },
    ];
  },
};
