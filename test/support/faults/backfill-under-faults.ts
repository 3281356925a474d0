import pg from "pg";
import { expect } from "vitest";
import type { Migration } from "../../../lib/core/migration/release.js";
import type { KeepAside } from "../../../lib/core/undo/keep/aside.js";
import type { Session } from "../../../lib/ports/database.js";
import { applyMigration } from "../../../lib/steps/migration/apply-migration.js";
import { applyRollback } from "../../../lib/steps/migration/apply-rollback.js";
import type { BackfillPace } from "../../../lib/steps/migration/backfill-pace.js";
import { testClock, testMigration } from "../migration.js";
import { openTestSession } from "../session.js";
import { inverseOf } from "../up-and-back.js";

export const ROWS = 2_000;

export const SETUP = `create table items (id bigint generated always as identity primary key, n int not null default 0 check (n in (0, 1, 100)), m int not null default 0);
  insert into items (n) select 0 from generate_series(1, ${ROWS}); create table done (version text primary key)`;

const SETTINGS = { lockTimeout: 150, statementTimeout: 10_000, concurrentTimeout: 10_000 };

/** The same numbers in every run. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

type Candidate = Awaited<ReturnType<typeof inverseOf>>["candidate"];

/** A backfill that goes on, attempt after attempt, from where the one before it was struck. */
export class StruckBackfill {
  private constructor(
    readonly migration: Migration,
    private readonly keep: readonly KeepAside[],
    private readonly candidate: Candidate,
  ) {}

  static async begin(url: string): Promise<StruckBackfill> {
    const session = await openTestSession(url);
    const text = `-- schema-gate: backfill by id batch 5ms\nupdate items set n = n + 1 where id <= ${ROWS}`;
    const migration = testMigration(text);
    const { keep, candidate } = await inverseOf(session, migration);
    await session.close();
    return new StruckBackfill(migration, keep, candidate);
  }

  /** As a tenant's rollout calls the engine. Resolves with what ended it, null when it was finished. */
  attempt(session: Session, pace: BackfillPace): Promise<unknown> {
    const { migration, keep } = this;
    const open = async (on: Session, version: string) =>
      (await on.query("select from public.done where version = $1", [version])).length === 0;
    return applyMigration(session, {
      migration,
      ledger: null,
      isolation: "read committed",
      settings: SETTINGS,
      schema: null,
      keep,
      clock: testClock,
      guard: { inside: open, outside: open },
      observe: {
        committing: async () => void (await session.query("insert into public.done values ($1)", [migration.version])),
      },
      pace,
    }).then(
      () => null,
      (error: unknown) => error,
    );
  }

  async expectExactlyOnce(session: Session, inserted: number | null): Promise<void> {
    const rows = await session.execute<{ n: number; rows: number }>(SEEN);
    expect(rows[0]).toEqual({ n: 1, rows: ROWS });
    const others = rows.slice(1);
    expect(others.map(({ n }) => n)).toEqual(others.length > 0 ? [100] : []);
    if (inserted !== null) expect(others[0]?.rows ?? 0).toBe(inserted);
  }

  /** Rolls it back, and holds what the application wrote to what it was. */
  async expectExactUndo(session: Session): Promise<void> {
    const written = await session.execute(WRITTEN);
    await applyRollback(session, {
      migration: this.migration,
      ledger: null,
      settings: { ...SETTINGS, lockTimeout: 2000 },
      schema: null,
      clock: testClock,
      previous: null,
      candidate: this.candidate,
    });
    expect((await session.execute<{ n: number; rows: number }>(SEEN))[0]).toEqual({ n: 0, rows: ROWS });
    expect(await session.execute(WRITTEN)).toEqual(written);
  }
}

const SEEN = "select n, count(*)::int as rows from items group by n order by n";
const WRITTEN = "select md5(string_agg(id || ' ' || m, ',' order by id)) as sum from items";

/** The application: it updates rows anywhere and inserts new ones, until it is told to stop, through servers that come and go. */
export async function application(url: () => string, random: () => number, stop: AbortSignal): Promise<number> {
  let inserted = 0;
  while (!stop.aborted) {
    const client = new pg.Client({ connectionString: url() });
    let gone = false;
    client.on("error", () => {
      gone = true;
    });
    try {
      await client.connect();
      while (!stop.aborted && !gone) {
        await client
          .query("update items set m = m + 1 where id = $1", [1 + Math.floor(random() * ROWS)])
          .catch(() => {});
        if (random() < 0.2) {
          await client.query("insert into items (n) values (100)");
          inserted += 1;
        }
        await testClock.sleep(5);
      }
    } catch {
      await testClock.sleep(20);
    } finally {
      await client.end().catch(() => {});
    }
  }
  return inserted;
}
