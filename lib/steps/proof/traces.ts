import type { Catalog } from "../../core/catalog/catalog.js";
import type { Finding } from "../../core/finding.js";
import { groupBy } from "../../core/group-by.js";
import { identifier, qualified } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";

/** What a release may leave besides schema and rows, which costs time but no data. */
export interface Traces {
  /** Columns with planner statistics, as JSON of schema, table and column. */
  readonly gathered: ReadonlySet<string>;
  /** Statistics objects that hold data, as JSON of schema and name. */
  readonly extended: ReadonlySet<string>;
  /** Advisory locks that the session holds until it ends. */
  readonly locks: number;
}

export async function readTraces(session: Session): Promise<Traces> {
  const columns = await session.query<{ schema: string; table: string; column: string }>(
    `select schemaname as schema, tablename as table, attname as column from pg_catalog.pg_stats
     where schemaname not in ('pg_catalog', 'information_schema') and schemaname not like 'schema\\_gate%'`,
  );
  const extended = await session.query<{ schema: string; name: string }>(
    `select statistics_schemaname as schema, statistics_name as name from pg_catalog.pg_stats_ext
     where n_distinct is not null or dependencies is not null or most_common_vals is not null`,
  );
  const [row] = await session.query<{ locks: number }>(
    "select count(*)::int as locks from pg_catalog.pg_locks where locktype = 'advisory' and pid = pg_catalog.pg_backend_pid()",
  );
  return {
    gathered: new Set(columns.map(({ schema, table, column }) => JSON.stringify([schema, table, column]))),
    extended: new Set(extended.map(({ schema, name }) => JSON.stringify([schema, name]))),
    locks: row?.locks ?? 0,
  };
}

/** `after` shows what still exists: nobody misses the statistics of a dropped column. */
export function traceFindings(was: Traces, is: Traces, after: Catalog, schema: string | null): readonly Finding[] {
  const there = new Set(
    after.objects.flatMap(({ kind, id }) => {
      const home = schema ?? id.schema;
      if (kind === "column") return [JSON.stringify([home, id.table, id.name])];
      return kind === "statistics" ? [JSON.stringify([home, id.name])] : [];
    }),
  );
  const lost = (before: ReadonlySet<string>, now: ReadonlySet<string>) =>
    [...before].filter((each) => there.has(each) && !now.has(each)).map((each) => JSON.parse(each) as string[]);
  const tables = groupBy(lost(was.gathered, is.gathered), ([home, table]) => JSON.stringify([home, table]));
  return [
    ...[...tables].map(([key, columns]) => columnsDiscarded(named(JSON.parse(key), schema), columns)),
    ...lost(was.extended, is.extended).map((name) => objectDiscarded(named(name, schema).text)),
    ...(is.locks > was.locks ? [lockLeft(is.locks - was.locks)] : []),
  ];
}

interface Named {
  readonly text: string;
  readonly sql: string;
}

function named([home = "", name = ""]: readonly string[], schema: string | null): Named {
  return home === schema
    ? { text: name, sql: identifier(name) }
    : { text: `${home}.${name}`, sql: qualified(home, name) };
}

const UNTIL = "until the next ANALYZE, queries are planned without them.";

function columnsDiscarded({ text, sql }: Named, columns: readonly (readonly string[])[]): Finding {
  const list = columns
    .map(([, , column = ""]) => column)
    .sort()
    .join(", ");
  return {
    code: "dry-run.statistics-discarded",
    gate: "dry-run",
    severity: "note",
    subject: { kind: "table", name: text },
    message: `The release discards the planner's statistics of ${text} (${list}); ${UNTIL}`,
    remedy: { text: "Analyze the table after the release:", sql: `ANALYZE ${sql};` },
  };
}

function objectDiscarded(name: string): Finding {
  return {
    code: "dry-run.statistics-discarded",
    gate: "dry-run",
    severity: "note",
    subject: { kind: "statistics", name },
    message: `The release discards the data of the statistics object ${name}; ${UNTIL}`,
    remedy: { text: "Analyze its table after the release." },
  };
}

function lockLeft(count: number): Finding {
  return {
    code: "dry-run.advisory-lock-left",
    gate: "dry-run",
    severity: "warning",
    subject: { kind: "release", name: "release" },
    message: `The release leaves ${count} advisory ${count === 1 ? "lock" : "locks"} with its session; behind a connection pool they stay until the server's connection ends.`,
    remedy: {
      text: "Take pg_advisory_xact_lock, which ends with the transaction, or call pg_advisory_unlock at the end.",
    },
  };
}
