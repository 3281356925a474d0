import pg from "pg";
import { beforeAll, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { KeepAside } from "../../../lib/core/undo/keep/aside.js";
import type { Session } from "../../../lib/ports/database.js";
import { applyMigration } from "../../../lib/steps/migration/apply-migration.js";
import { applyRollback } from "../../../lib/steps/migration/apply-rollback.js";
import { testClock, testMigration } from "../../support/migration.js";
import { createDatabase } from "../../support/postgres.js";
import { openTestSession } from "../../support/session.js";
import { inverseOf } from "../../support/up-and-back.js";

const FAULTS = 1_000;
const ROWS = 2_000;
const SETTINGS = { lockTimeout: 150, statementTimeout: 10_000, concurrentTimeout: 10_000 };
const KINDS = ["connection lost", "statement cancelled", "process gone", "row locked", "deadlock"] as const;
type Kind = (typeof KINDS)[number];

const SETUP = `create table items (id bigint generated always as identity primary key, n int not null default 0 check (n in (0, 1, 100)), m int not null default 0);
  insert into items (n) select 0 from generate_series(1, ${ROWS}); create table done (version text primary key)`;

class Gone extends Error {}

/** The same numbers in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

beforeAll(() => loadParser());

/** One attempt at the backfill, and a fault in it. False when the fault came too late. */
class Attempt {
  private readonly killer: pg.Client;
  struck = false;

  constructor(
    url: string,
    private readonly random: () => number,
  ) {
    this.killer = new pg.Client({ connectionString: url });
    this.killer.on("error", () => {});
  }

  async strike(kind: Kind, session: Session, over: Promise<unknown>): Promise<void> {
    let ended = false;
    void over.then(() => {
      ended = true;
    });
    await this.killer.connect();
    try {
      await testClock.sleep(this.random() * 40);
      if (kind === "connection lost" || kind === "statement cancelled") {
        const call = kind === "connection lost" ? "pg_terminate_backend" : "pg_cancel_backend";
        const sql = `select ${call}(pid) as hit from pg_stat_activity where pid = $1 and state <> 'idle'`;
        for (let hit = false; !hit && !ended; ) {
          hit = (await this.killer.query(sql, [session.backend])).rows.length > 0;
          this.struck ||= hit;
        }
      } else await this.lock(kind, over);
    } finally {
      await this.killer.end();
    }
  }

  /** Rows ahead of the cursor are held for longer than a batch waits, or in the order in which both wait for each other. */
  private async lock(kind: Kind, over: Promise<unknown>): Promise<void> {
    const { rows } = await this.killer.query("select coalesce(max(id), 1) as at from items where n = 1");
    const at = Number(rows[0].at);
    await this.killer.query("begin; set local deadlock_timeout = '20ms'");
    try {
      const held = await this.killer.query("update items set m = m + 1 where id = $1", [Math.min(at + 150, ROWS)]);
      this.struck = held.rowCount === 1 && at < ROWS;
      if (kind === "deadlock") {
        await testClock.sleep(30);
        await this.killer.query("update items set m = m + 1 where id between $1 and $2", [at + 1, at + 100]);
      } else await Promise.race([over, testClock.sleep(200)]);
      await this.killer.query("commit");
    } catch {
      await this.killer.query("rollback");
    }
  }
}

/** The application: it updates rows anywhere and inserts new ones, until it is told to stop. */
async function application(url: string, random: () => number, stop: AbortSignal): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  let inserted = 0;
  while (!stop.aborted) {
    await client.query("update items set m = m + 1 where id = $1", [1 + Math.floor(random() * ROWS)]).catch(() => {});
    if (random() < 0.2) {
      await client.query("insert into items (n) values (100)");
      inserted += 1;
    }
    await testClock.sleep(5);
  }
  await client.end();
  return inserted;
}

it(`changes every row once through ${FAULTS} faults, and takes it back exactly`, async () => {
  const random = numbers(7);
  const counts = new Map<Kind, number>();
  const total = () => [...counts.values()].reduce((sum, each) => sum + each, 0);
  let rounds = 0;
  while (total() < FAULTS) {
    rounds += 1;
    const database = await createDatabase("18", SETUP);
    const { url } = database;
    const over = new AbortController();
    const app = application(url, random, over.signal);
    const setup = await openTestSession(url);
    const migration = testMigration(
      `-- schema-gate: backfill by id batch 5ms\nupdate items set n = n + 1 where id <= ${ROWS}`,
    );
    const { keep, candidate } = await inverseOf(setup, migration);
    for (let done = false; !done; ) {
      const kind = KINDS[Math.floor(random() * KINDS.length)] as Kind;
      const struck = await attempt(url, migration, keep, kind, random);
      if (struck) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      done = (await setup.query("select from public.done")).length > 0;
    }
    over.abort();
    const inserted = await app;
    const seen = "select n, count(*)::int as rows from items group by n order by n";
    expect(await setup.execute(seen)).toEqual([
      { n: 1, rows: ROWS },
      ...(inserted > 0 ? [{ n: 100, rows: inserted }] : []),
    ]);
    const written = await setup.execute("select md5(string_agg(id || ' ' || m, ',' order by id)) as sum from items");
    const settings = { ...SETTINGS, lockTimeout: 2000 };
    await applyRollback(setup, {
      migration,
      ledger: null,
      settings,
      schema: null,
      clock: testClock,
      previous: null,
      candidate,
    });
    expect((await setup.execute<{ n: number; rows: number }>(seen))[0]).toEqual({ n: 0, rows: ROWS });
    expect(await setup.execute("select md5(string_agg(id || ' ' || m, ',' order by id)) as sum from items")).toEqual(
      written,
    );
    await setup.close();
    await database.drop();
  }
  console.log(
    `${total()} faults in ${rounds} backfills of ${ROWS} rows: ${[...counts].map(([kind, count]) => `${count} ${kind}`).join(", ")}`,
  );
}, 900_000);

async function attempt(
  url: string,
  migration: ReturnType<typeof testMigration>,
  keep: readonly KeepAside[],
  kind: Kind,
  random: () => number,
): Promise<boolean> {
  const session = await openTestSession(url);
  const fault = new Attempt(url, random);
  const batches = Math.floor(random() * 4);
  let between = 0;
  let gone = false;
  const work = applyMigration(session, {
    migration,
    ledger: null,
    isolation: "read committed",
    settings: SETTINGS,
    schema: null,
    keep,
    clock: testClock,
    guard: {
      inside: async (on, version) =>
        (await on.query("select from public.done where version = $1", [version])).length === 0,
      outside: async (on, version) =>
        (await on.query("select from public.done where version = $1", [version])).length === 0,
    },
    observe: {
      committing: async () => void (await session.query("insert into public.done values ($1)", [migration.version])),
    },
    pace: {
      between: async () => {
        between += 1;
        if (kind !== "process gone" || between <= batches) return;
        gone = true;
        throw new Gone();
      },
    },
  }).then(
    () => null,
    (error: unknown) => error,
  );
  if (kind !== "process gone") await fault.strike(kind, session, work);
  await work;
  await session.close().catch(() => {});
  return gone || fault.struck;
}
