import type { ProbeQuery, ProbeResult } from "../../core/probes/index.js";
import { bindSchemas } from "../../core/rollback/own-schema.js";
import { identifier, literal } from "../../core/sql/quote.js";
import type { Clock } from "../../ports/clock.js";
import { DatabaseError, type Session } from "../../ports/database.js";

export interface RunProbe {
  /** The tenant's schema in a shared database. */
  readonly schema: string | null;
  /** Milliseconds that one query of the probe may take. */
  readonly timeout: number;
  /** The planner's estimate above which the probe is not begun, in its own units (a page read in sequence costs 1). */
  readonly costLimit: number;
  readonly clock: Clock;
}

/** SQLSTATE class of values that do not convert (manual, "PostgreSQL Error Codes"). */
const DATA_EXCEPTION = "22";

/**
 * Counts the rows that the release would trip over, in a read-only transaction. A probe that is too expensive, takes too
 * long or fails is unknown, and says why.
 */
export async function runProbe(session: Session, query: ProbeQuery, options: RunProbe): Promise<ProbeResult> {
  const start = options.clock.monotonic();
  const bind = (sql: string) => bindSchemas(sql, options.schema);
  try {
    await begin(session, options);
    const cost = await estimate(session, bind(query.count));
    if (cost > options.costLimit) {
      const reason = `the planner expects a cost of ${Math.round(cost)}, above the limit of ${options.costLimit}`;
      return { status: "unknown", reason };
    }
    const [row] = await session.query<{ count: string }>(bind(query.count));
    const count = Number(row?.count ?? Number.NaN);
    if (Number.isNaN(count)) return { status: "unknown", reason: "the probe answered without a count" };
    const elapsed = () => options.clock.monotonic() - start;
    if (count === 0) return { status: "pass", ms: elapsed() };
    const samples = await session.query<{ key: string }>(bind(query.sample));
    return { status: "hit", count, keys: samples.map(({ key }) => key), ms: elapsed() };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const ms = options.clock.monotonic() - start;
    if (error.code.startsWith(DATA_EXCEPTION)) return { status: "hit", count: 1, keys: [error.message], ms };
    return { status: "unknown", reason: `${error.message} (${error.code})` };
  } finally {
    await session.script("rollback").catch(() => {});
  }
}

async function begin(session: Session, { schema, timeout }: RunProbe): Promise<void> {
  const path =
    schema === null
      ? "reset search_path"
      : `select set_config('search_path', ${literal(`${identifier(schema)}, public`)}, false)`;
  await session.script(`${path}; begin read only; set local statement_timeout = ${Math.round(timeout)}`);
}

async function estimate(session: Session, sql: string): Promise<number> {
  const [row] = await session.query<{ "QUERY PLAN": { Plan: { "Total Cost": number } }[] }>(
    `explain (format json) ${sql}`,
  );
  return row?.["QUERY PLAN"][0]?.Plan["Total Cost"] ?? Number.POSITIVE_INFINITY;
}
