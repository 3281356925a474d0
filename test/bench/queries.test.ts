import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../lib/core/sql/parse.js";
import { examineOnClones } from "../support/examine-queries.js";
import { MAJORS } from "../support/majors.js";
import { serverUrl, temporaryDatabase } from "../support/postgres.js";

beforeAll(loadParser);

/** pgbench's tables and its TPC-B-like script. */
const PGBENCH = `
  create table pgbench_branches (bid int primary key, bbalance int, filler char(88));
  create table pgbench_tellers (tid int primary key, bid int, tbalance int, filler char(84));
  create table pgbench_accounts (aid int primary key, bid int, abalance int, filler char(84));
  create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
  insert into pgbench_branches select 1, 0;
  insert into pgbench_tellers select n, 1, 0 from generate_series(1, 10) n;
  insert into pgbench_accounts select n, 1, 0 from generate_series(1, 20000) n;
  analyze;`;
const TPC_B = [
  "update pgbench_accounts set abalance = abalance + $1 where aid = $2",
  "select abalance from pgbench_accounts where aid = $1",
  "update pgbench_tellers set tbalance = tbalance + $1 where tid = $2",
  "update pgbench_branches set bbalance = bbalance + $1 where bid = $2",
  "insert into pgbench_history (tid, bid, aid, delta, mtime) values ($1, $2, $3, $4, current_timestamp)",
];

const TABLES = 40;
const COLUMNS = ["id", "parent", "owner", "state", "amount", "made"];
const SCHEMA = `${Array.from(
  { length: TABLES },
  (
    _,
    at,
  ) => `create table t${at} (id bigint primary key, parent bigint ${at > 0 ? `references t${at - 1}` : ""}, owner int not null,
    state text not null default 'new', amount numeric(12,2) check (amount >= 0), made timestamptz not null default now());
  create index on t${at} (parent); create index on t${at} (owner, made); create index on t${at} (lower(state));
  insert into t${at} select n, ${at > 0 ? "n" : "null"}, n % 50, 's' || n % 5, n from generate_series(1, 500) n;`,
).join("\n")} analyze;`;

/** Joins, filters, orders and writes of every kind of client; each another query. */
function generated(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => {
    const [table, other] = [at % TABLES, (at * 7 + 1) % TABLES];
    const [a, b] = [COLUMNS[at % 6], COLUMNS[(at >> 2) % 6]];
    if (at % 10 === 0)
      return `insert into t${table} (id, parent, owner, state) values ($1, $2, $3, $4) returning ${a}, ${b} as b${at}`;
    if (at % 10 === 1) return `update t${table} set state = $1, owner = $2 where id = $3 returning ${a} as a${at}`;
    if (at % 10 === 2) return `delete from t${table} x${at} where owner = $1 and made < $2`;
    return `select x.${a}, y.${b} as b${at} from t${table} x join t${other} y on y.id = x.parent
      where x.owner = $1 and y.made > $2 order by x.made desc limit $3`;
  });
}

const RELEASE = ["alter table t0 add note text", "create index t1_state on t1 (state)"];

describe.each(MAJORS)("queries over a release, on %s", (major) => {
  it("takes at most 10 ms for a query of pgbench or of a generated workload", { timeout: 600_000 }, async () => {
    const bench = await examineOnClones(major, PGBENCH, ["alter table pgbench_accounts add note text"], TPC_B);
    expect(bench.changed).toEqual({});
    const queries = generated(500);
    const { examined, changed, clones, clonesMs } = await examineOnClones(major, SCHEMA, RELEASE, queries);
    expect(changed).toEqual({});
    const floor = await bare(major, queries);
    const each = examined.ms / queries.length;
    process.stdout.write(
      `${major}: pgbench ${(bench.examined.ms / TPC_B.length).toFixed(1)} ms a query (${TPC_B.length}), ` +
        `${((bench.examined.ms - bench.clonesMs) / TPC_B.length).toFixed(1)} ms without its clones (${bench.clones}, ${bench.clonesMs.toFixed(0)} ms); ` +
        `generated ${each.toFixed(2)} ms (500), clones ${clonesMs.toFixed(0)} ms (${clones}); ` +
        `a bare client that prepares and explains on both sides ${floor.toFixed(2)} ms, ratio ${(each / floor).toFixed(2)}\n`,
    );
    expect(each).toBeLessThanOrEqual(10);
  });

  it("keeps no memory of a workload that was examined", { timeout: 600_000 }, async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const held: number[] = [];
    for (let round = 0; round < 5; round++) {
      await examineOnClones(major, SCHEMA, RELEASE, generated(500));
      collect();
      held.push(Math.round(process.memoryUsage().heapUsed / 2 ** 20));
    }
    process.stdout.write(`${major}: MiB held after each of five workloads: ${held.join(", ")}\n`);
    expect((held.at(-1) ?? 0) - (held[1] ?? 0)).toBeLessThanOrEqual(5);
  });
});

/** Milliseconds a query. */
async function bare(major: (typeof MAJORS)[number], queries: readonly string[]): Promise<number> {
  const { name, client } = await temporaryDatabase(major, SCHEMA);
  await client.end();
  const own = new pg.Client({ connectionString: serverUrl(major, name) });
  await own.connect();
  await own.query("set plan_cache_mode = force_generic_plan");
  const start = performance.now();
  for (const side of ["before", "after"])
    for (const [at, text] of queries.entries()) {
      const parameters = new Set(text.match(/\$\d+/g)).size;
      const values = parameters === 0 ? "" : `(${Array(parameters).fill("null").join(", ")})`;
      await own.query(`prepare ${side}_${at} as ${text}`);
      await own.query(`explain (verbose, format json) execute ${side}_${at}${values}`);
    }
  const took = performance.now() - start;
  await own.end();
  return took / queries.length;
}
