import type pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { bindSchemas } from "../../lib/core/catalog/own-schema.js";
import { deriveProbes, type ProbeResult, probeExistingConstraints } from "../../lib/core/probes/index.js";
import { loadParser } from "../../lib/core/sql/parse.js";
import type { Session } from "../../lib/ports/database.js";
import { readCatalog } from "../../lib/steps/catalog/read-catalog.js";
import { runProbe } from "../../lib/steps/probing/run-probe.js";
import { testClock, testScript } from "../support/migration.js";
import { type Major, temporaryDatabase } from "../support/postgres.js";
import { testSession } from "../support/session.js";

/** Rows of the table that every probe reads; at least 40,000. */
const ROWS = Number(process.env.PROBE_ROWS ?? 10_000_000);
/** What a probe may take, in milliseconds: the default of `timeouts.probe`. */
const LIMIT = 60_000;
/** The default of `probeCostLimit`. */
const COST_LIMIT = 50_000_000;

const SETUP = `create unlogged table p (id int primary key, n text);
  insert into p select n, 'p' from generate_series(1, 1000) n;
  create domain d as int; create type mood as enum ('sad', 'glad', 'gone');
  create unlogged table t (id int primary key, a int, ref int, c text, big bigint, v d, r int8range, tr tsrange, m mood);
  insert into t select n, n, n % 1000 + 1, n::text, n, n, int8range(n * 10, n * 10 + 10),
    tsrange('2000-01-01'::timestamp + n * interval '1 s', '2000-01-01'::timestamp + (n + 1) * interval '1 s'),
    (array['sad', 'glad'])[n % 2 + 1]::mood from generate_series(1, ${ROWS}) n;
  create table parts (like t) partition by range (id); create table heirs (like t)`;

interface Row {
  readonly name: string;
  readonly code: string;
  /** Null: what is there already is asked for. */
  readonly release: string | null;
  /** What must stand around the rows before anything is asked. */
  readonly around?: string;
  readonly planted: string;
  readonly count: number;
  readonly keys: readonly string[];
  /** What a person does where there is no repair query. */
  readonly byHand?: string;
  /** Takes `around` away. */
  readonly after?: string;
}

const NEXT = ROWS + 1;
/** A row like the others, behind them, with some of its columns otherwise. */
function plant(changed: Readonly<Record<string, string>>): string {
  const row = {
    ...{ a: `${NEXT}`, ref: "1", c: `'${NEXT}'`, big: "1", v: "1", r: "null", tr: "null", m: "'sad'" },
    ...changed,
  };
  return `insert into t (id, ${Object.keys(row).join(", ")}) values (${NEXT}, ${Object.values(row).join(", ")})`;
}
const planted = (name: string, code: string, release: string | null, changed: Readonly<Record<string, string>>) => ({
  ...{ name, code, release, planted: plant(changed), count: 1, keys: [`id=${NEXT}`] },
});
/** Behind the back of triggers, foreign keys among them. */
const asReplica = (sql: string) => `set session_replication_role = replica; ${sql}; reset session_replication_role`;
const ENUM = `alter type mood rename to old_mood; create type mood as enum ('sad', 'glad');
  alter table t alter m type mood using m::text::mood; drop type old_mood`;

const TABLE: readonly Row[] = [
  planted("NULLs before SET NOT NULL", "probe.not-null", "alter table t alter a set not null", { a: "null" }),
  {
    name: `a new NOT NULL column (${ROWS.toLocaleString("en")} hits)`,
    code: "probe.new-not-null-column",
    release: "alter table heirs add z int not null",
    planted: "alter table t inherit heirs",
    count: ROWS,
    keys: [],
    byHand: "alter table t no inherit heirs",
  },
  planted("duplicates of a text", "probe.unique", "create unique index on t (c)", { c: "'7'" }),
  planted("duplicates of an expression", "probe.unique", "create unique index on t (lower(c))", { c: "'7'" }),
  {
    ...planted(
      "duplicates, as an UPDATE of the release leaves",
      "probe.unique",
      "update t set a = 7 where a is null; create unique index on t (a, c)",
      { a: "null", c: "'7'" },
    ),
    byHand: `delete from t where id = ${NEXT}`,
  },
  planted("orphans before a foreign key", "probe.foreign-key", "alter table t add foreign key (ref) references p", {
    ref: "5000",
  }),
  planted("CHECK", "probe.check", "alter table t add constraint k check (big > 0)", { big: "-1" }),
  planted("domain", "probe.domain", "alter domain d add constraint k check (value > 0)", { v: "-1" }),
  planted("type change, number", "probe.type-change", "alter table t alter big type int", { big: "3000000000" }),
  planted("type change, text", "probe.type-change", "alter table t alter c type int using c::int", { c: "'x'" }),
  planted("enum values still in use", "probe.enum-value", ENUM, { m: "'gone'" }),
  planted(
    "overlapping integers before EXCLUDE",
    "probe.exclusion",
    "alter table t add exclude using gist (r with &&)",
    {
      r: "'[15,16)'",
    },
  ),
  planted("overlapping times before EXCLUDE", "probe.exclusion", "alter table t add exclude using gist (tr with &&)", {
    tr: "'[2000-01-01 00:00:05.5,2000-01-01 00:00:05.7)'",
  }),
  planted(
    "rows outside a partition's bound",
    "probe.partition-bound",
    `alter table parts attach partition t for values from (1) to (${NEXT})`,
    {},
  ),
  {
    ...planted(
      "rows of the default partition inside a new bound",
      "probe.partition-bound",
      `create table fresh partition of parts for values from (${NEXT}) to (${NEXT + 10})`,
      {},
    ),
    around: "alter table parts attach partition t default",
    after: "alter table parts detach partition t",
  },
  {
    name: "dependents of what is dropped",
    code: "probe.dependents",
    release: "alter table t drop a",
    planted: "create view needing as select a from t",
    count: 1,
    keys: ["view needing"],
    byHand: "drop view needing",
  },
  {
    ...planted("there already: orphans", "probe.existing-foreign-key", null, {}),
    around: "alter table t add constraint f foreign key (ref) references p on delete cascade",
    planted: asReplica(plant({ ref: "5000" })),
    after: "alter table t drop constraint f",
  },
  {
    ...planted("there already: CHECK", "probe.existing-check", null, {}),
    around: "alter table t add constraint k check (big > 0)",
    planted: `alter table t drop constraint k; ${plant({ big: "-1" })}; alter table t add constraint k check (big > 0) not valid`,
    after: "alter table t drop constraint k",
  },
  {
    ...planted("there already: duplicates", "probe.existing-unique", null, {}),
    around: "create unique index t_c on t (c)",
    planted: `update pg_index set indisready = false where indexrelid = 't_c'::regclass; ${plant({ c: "'7'" })};
      update pg_index set indisready = true where indexrelid = 't_c'::regclass`,
    after: "drop index t_c",
  },
  {
    ...planted("there already: NULLs", "probe.existing-not-null", null, {}),
    around: "alter table t alter a set not null",
    planted: `update pg_attribute set attnotnull = false where attrelid = 't'::regclass and attname = 'a'; ${plant({ a: "null" })};
      update pg_attribute set attnotnull = true where attrelid = 't'::regclass and attname = 'a'`,
    after: "alter table t alter a drop not null",
  },
];

/** Hits almost everywhere: there is nothing to repair, but the limit holds as well. */
const CROWDED = {
  "duplicates everywhere": "create unique index on t (ref)",
  "type change, text, everywhere": "alter table t alter c type smallint using c::smallint",
};

beforeAll(() => loadParser());

/** The probe of a code for a release, or of what is there already: what it answers, in milliseconds. */
async function ask(session: Session, code: string, release: string | null) {
  const catalog = await readCatalog(session, null);
  const queries =
    release === null
      ? probeExistingConstraints(catalog)
      : deriveProbes(testScript(release, "release.sql").statements, catalog);
  const options = { schema: null, timeout: LIMIT, costLimit: COST_LIMIT, clock: testClock };
  const answers = [];
  for (const query of queries.filter((each) => each.code === code)) {
    answers.push({ query, result: await runProbe(session, query, options) });
  }
  const slowest = answers.toSorted((a, b) => spent(b.result) - spent(a.result))[0];
  return answers.find(({ result }) => result.status !== "pass") ?? slowest;
}

function spent(result: ProbeResult): number {
  return result.status === "unknown" ? 0 : result.ms;
}

type Answer = Awaited<ReturnType<typeof ask>>;

function within(answer: Answer, name: string, wanted: object): number {
  if (!answer) throw new Error(`${name}: no probe`);
  const { result } = answer;
  expect(result, name).toMatchObject(wanted);
  if (result.status === "unknown") throw new Error(result.reason);
  expect(result.ms, name).toBeLessThan(LIMIT);
  return result.ms;
}

async function timed(client: pg.Client, sql: string): Promise<number> {
  const start = performance.now();
  await client.query(sql);
  return performance.now() - start;
}

const seconds = (ms: number) => (ms / 1000).toFixed(1);

describe.each(["15", "18"] as const satisfies readonly Major[])(
  `probes over ${ROWS} rows on PostgreSQL %s`,
  (major) => {
    it("are silent, find what is planted, and are silent again once it is repaired, within their time", {
      timeout: 7_200_000,
    }, async () => {
      const { url, client } = await temporaryDatabase(major, SETUP);
      await client.query("set client_min_messages = warning");
      await client.query("vacuum (analyze) t, p");
      const session = await testSession(url, "read");
      console.log(`${major} | probe | silent | planted | repair | repaired`);
      for (const { name, code, release, around, planted: planting, count, keys, byHand, after } of TABLE) {
        if (around !== undefined) await client.query(around);
        const silent = within(await ask(session, code, release), `${name}: silent`, { status: "pass" });
        await client.query(planting);
        const found = await ask(session, code, release);
        const hit = within(found, `${name}: planted`, { status: "hit", count, ...(keys.length > 0 ? { keys } : {}) });
        const repair = found?.query.repair ?? null;
        expect(repair === null, `${name}: repair`).toBe(byHand !== undefined);
        const mending = await timed(client, bindSchemas(repair ?? byHand ?? "", null));
        const clean = within(await ask(session, code, release), `${name}: repaired`, { status: "pass" });
        const repaired = repair === null ? "by hand" : seconds(mending);
        console.log(`${major} | ${name} | ${seconds(silent)} | ${seconds(hit)} | ${repaired} | ${seconds(clean)}`);
        if (after !== undefined) await client.query(after);
        await client.query(`delete from t where id > ${ROWS}`);
      }
      for (const [name, release] of Object.entries(CROWDED)) {
        const code = name.startsWith("type") ? "probe.type-change" : "probe.unique";
        const found = await ask(session, code, release);
        const ms = within(found, name, {
          status: "hit",
          keys: expect.arrayContaining([expect.stringMatching(/^id=/)]),
        });
        const hits = found?.result.status === "hit" ? found.result.count.toLocaleString("en") : "";
        console.log(`${major} | ${name} (${hits} hits) | | ${seconds(ms)} | |`);
      }
    });
  },
);
