import { CODE_QUERY, type CodeAnswer, codeValues } from "../../core/catalog/code-of-others.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import { type Config, milliseconds } from "../../core/config/config.js";
import { counted } from "../../core/counted.js";
import { sharedSchemas } from "../../core/isolation/shared-schemas.js";
import type { ProbeQuery, ProbeResult } from "../../core/probes/index.js";
import { literal } from "../../core/sql/quote.js";
import type { Clock } from "../../ports/clock.js";
import { DatabaseError, type Row, type Session } from "../../ports/database.js";

export interface RunProbe {
  /** Milliseconds for the whole probe. */
  readonly timeout: number;
  /** The tenant's schema where tenants are schemas, else null. */
  readonly schema: string | null;
  /** Schemas after it in its search_path; default: public. */
  readonly shared?: readonly string[];
  /** The probe does not start above this planner estimate, in the planner's units (a sequential page read costs 1). */
  readonly costLimit: number;
  readonly clock: Clock;
}

export type ProbeLimits = Required<Pick<RunProbe, "timeout" | "costLimit" | "shared">>;

/** What the config says about every probe, whenever it runs. */
export function probeLimits(config: Config): ProbeLimits {
  const timeout = milliseconds(config.timeouts.probe);
  return { timeout, costLimit: config.probeCostLimit, shared: sharedSchemas(config) };
}

/**
 * Runs one probe on one tenant, read-only. Whatever does not end in a count is unknown, with the reason: too expensive by the planner's
 * estimate, the timeout, any error of the database.
 */
export async function runProbe(session: Session, query: ProbeQuery, scope: RunProbe): Promise<ProbeResult> {
  const started = scope.clock.monotonic();
  try {
    await session.script(opening(query, scope));
    const result = await answer(session, query, scope, started);
    await session.script("rollback");
    return result;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await session.script("rollback").catch(() => {});
    if (isOfValue(error) && query.uncertainty === null) {
      return { status: "hit", count: 1, keys: [error.message], byError: true, ms: scope.clock.monotonic() - started };
    }
    return { status: "unknown", reason: reasonOf(error, scope) };
  }
}

/** Duplicates are found by grouping every row: with more memory than a server gives by default, once per connection. */
const WORK_MEM = "64MB";

const SCANS = ["enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"];

/**
 * Switching row security off turns a silent filter into an error; its own snapshot keeps the count and the keys consistent. Whether rows
 * contradict an index must not be answered from that index.
 */
function opening({ existing }: ProbeQuery, { timeout }: RunProbe): string {
  const heap = existing ? SCANS.map((name) => `set local ${name} = off`) : [];
  return [
    "begin transaction isolation level repeatable read read only",
    `set local statement_timeout = ${Math.max(1, Math.ceil(timeout))}`,
    "set local row_security = off",
    `set local work_mem = ${literal(WORK_MEM)}`,
    ...heap,
  ].join("; ");
}

async function answer(
  session: Session,
  query: ProbeQuery,
  { timeout, schema, shared, costLimit, clock }: RunProbe,
  started: number,
): Promise<ProbeResult> {
  const count = bindSchemas(query.count, schema);
  const risky = await riskyCalls(session, query.calls);
  if (risky.length > 0) {
    return { status: "unknown", reason: `It would call ${risky.join(", ")}, which may change data` };
  }
  const code = await codeOf(session, query, schema);
  const others = code.needsPath ? [...code.always, ...code.along] : code.always;
  if (others.length > 0) return { status: "unknown", reason: notOurs(others) };
  session.lookUpIn(schema, shared);
  const run: Run = (sql) => (code.needsPath ? session.execute(sql) : session.query(sql));
  const cost = await estimate(run, count);
  if (cost > costLimit) return tooExpensive(query, cost, costLimit);
  const [row] = (await run(count)) as { count: string; keys?: readonly (string | null)[] }[];
  if (row?.count == null) return { status: "unknown", reason: NOT_VISIBLE };
  const hits = Number(row.count);
  if (!Number.isSafeInteger(hits)) return { status: "unknown", reason: "The probe returned no count" };
  const spent = () => clock.monotonic() - started;
  if (query.uncertainty !== null) return uncertain(query, hits);
  if (hits === 0) return { status: "pass", ms: spent() };
  if (query.suspicion !== undefined) return { status: "unknown", reason: query.suspicion };
  if (query.sample === null)
    return { status: "hit", count: hits, keys: (row.keys ?? []).map((key) => key ?? ""), ms: spent() };
  const left = Math.max(1, Math.floor(timeout - spent() - ROUND_TRIPS));
  const keys = await sample(session, run, bindSchemas(query.sample, schema), left);
  return { status: "hit", count: hits, keys, ms: spent() };
}

/** PostgreSQL's own functions that are volatile only because each call may return a different value. */
const HARMLESS = [
  ...["gen_random_uuid", "uuidv4", "uuidv7", "random", "clock_timestamp", "timeofday"],
  ...["pg_is_in_recovery", "pg_total_relation_size"],
];

/** In a read-only transaction a volatile function can still end sessions, send notices or reach other servers. */
async function riskyCalls(session: Session, calls: readonly string[]): Promise<readonly string[]> {
  if (calls.length === 0) return [];
  const rows = await session.query<{ name: string }>(
    `select distinct p.proname::text as name from pg_catalog.pg_proc p where p.proname = any($1) and p.provolatile = 'v'
     and not (p.pronamespace = 'pg_catalog'::regnamespace and p.proname = any($2)) order by 1`,
    [calls, HARMLESS],
  );
  return rows.map(({ name }) => name);
}

/** What others wrote may turn out to be PostgreSQL's own; then nothing is looked up where a tenant may create objects. */
type Run = (sql: string) => Promise<readonly Row[]>;

async function codeOf(session: Session, { names }: ProbeQuery, schema: string | null): Promise<CodeAnswer> {
  const tables = names.tables.map((name) => bindSchemas(name, schema));
  const [answer] = await session.query<Row & CodeAnswer>(CODE_QUERY, codeValues({ ...names, tables }));
  if (!answer) throw new DatabaseError("the query for code was answered with no row", "MALFORMED");
  return answer;
}

function notOurs(functions: readonly string[]): string {
  const named = functions.slice(0, 3).join(", ") + (functions.length > 3 ? ", …" : "");
  return `It would run ${named} with the rights of the gate's role, which are greater; connect as a role that may no more than its owner`;
}

async function estimate(run: Run, sql: string): Promise<number> {
  const [row] = await run(`explain (format json) ${sql}`);
  const [plan] = (row?.["QUERY PLAN"] ?? []) as { Plan?: { "Total Cost"?: number } }[];
  return plan?.Plan?.["Total Cost"] ?? Number.POSITIVE_INFINITY;
}

/** Milliseconds reserved so that fetching the keys does not make the probe exceed its time. */
const ROUND_TRIPS = 100;

/** Keys are only shown, never decided on: if no time is left for them, the count is reported without them. */
async function sample(session: Session, run: Run, sql: string, timeout: number): Promise<readonly string[]> {
  try {
    await session.script(`set local statement_timeout = ${timeout}`);
    const rows = (await run(sql)) as readonly { key: string | null }[];
    return rows.map((row) => row.key ?? "");
  } catch (error) {
    if (error instanceof DatabaseError && error.code === QUERY_CANCELED) return [];
    throw error;
  }
}

function tooExpensive(query: ProbeQuery, cost: number, limit: number): ProbeResult {
  const reads = query.reads.length > 0 ? `Reading ${query.reads.join(" and ")}` : "The probe";
  const reason = `${reads} has an estimated cost of ${Math.round(cost)}, above the limit of ${limit}`;
  return { status: "unknown", reason };
}

function uncertain(query: ProbeQuery, hits: number): ProbeResult {
  const now =
    hits === 0
      ? `There are no ${query.meaning} now`
      : `There ${hits === 1 ? "is" : "are"} ${counted(hits, query.meaning)} now`;
  return { status: "unknown", reason: `${now}, but that need not be what the statement meets: ${query.uncertainty}` };
}

/**
 * A value that does not convert, or that a domain refuses (manual, "PostgreSQL Error Codes": class 22, not_null_violation,
 * check_violation): the release would hit the same error.
 */
function isOfValue({ code }: DatabaseError): boolean {
  return code.startsWith("22") || code === "23502" || code === "23514";
}

const NOT_VISIBLE =
  "This connection does not see what the probe asks about: it is a replica, or its role lacks pg_read_all_stats";

const QUERY_CANCELED = "57014";

function reasonOf(error: DatabaseError, { timeout }: RunProbe): string {
  if (error.code === QUERY_CANCELED) return `The probe did not end within its ${seconds(timeout)}: ${error.message}`;
  return `The database refused the probe (${error.code}): ${error.message}`;
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
