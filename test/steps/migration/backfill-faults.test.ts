import pg from "pg";
import { beforeAll, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { Session } from "../../../lib/ports/database.js";
import { application, numbers, ROWS, SETUP, StruckBackfill } from "../../support/faults/backfill-under-faults.js";
import { testClock } from "../../support/migration.js";
import { createDatabase } from "../../support/postgres.js";
import { openTestSession } from "../../support/session.js";

const FAULTS = 1_000;
const KINDS = ["connection lost", "statement cancelled", "process gone", "row locked", "deadlock"] as const;
type Kind = (typeof KINDS)[number];

class Gone extends Error {}

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
    const app = application(() => url, random, over.signal);
    const backfill = await StruckBackfill.begin(url);
    const session = await openTestSession(url);
    for (let done = false; !done; ) {
      const kind = KINDS[Math.floor(random() * KINDS.length)] as Kind;
      if (await attempt(url, backfill, kind, random)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      done = (await session.query("select from public.done")).length > 0;
    }
    over.abort();
    await backfill.expectExactlyOnce(session, await app);
    await backfill.expectExactUndo(session);
    await session.close();
    await database.drop();
  }
  console.log(
    `${total()} faults in ${rounds} backfills of ${ROWS} rows: ${[...counts].map(([kind, count]) => `${count} ${kind}`).join(", ")}`,
  );
}, 900_000);

async function attempt(url: string, backfill: StruckBackfill, kind: Kind, random: () => number): Promise<boolean> {
  const session = await openTestSession(url);
  const fault = new Attempt(url, random);
  const batches = Math.floor(random() * 4);
  let between = 0;
  let gone = false;
  const work = backfill.attempt(session, {
    between: async () => {
      between += 1;
      if (kind !== "process gone" || between <= batches) return;
      gone = true;
      throw new Gone();
    },
  });
  if (kind !== "process gone") await fault.strike(kind, session, work);
  await work;
  await session.close().catch(() => {});
  return gone || fault.struck;
}
