import { expect, it } from "vitest";
import { systemClock } from "../../../lib/adapters/local/system-clock.js";
import type { Migration } from "../../../lib/core/migration/release.js";
import { planRewrite } from "../../../lib/core/rewrite/plan-rewrite.js";
import { stepMigrations } from "../../../lib/core/rewrite/step-migrations.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { Session } from "../../../lib/ports/database.js";
import type { Ports } from "../../../lib/ports/ports.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { applyMigration } from "../../../lib/steps/migration/apply-migration.js";
import { type Attempt, retryTenant } from "../../../lib/steps/rollout/retry-tenant.js";
import { testMigration } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { openTestSession } from "../../support/session.js";

/** How long the table is read by one transaction, over and over, with pauses in between. Milliseconds. */
const SLOW_MS = 3_000;
const PAUSE_MS = 1_500;
const ROWS = Number(process.env.ROWS ?? "2000000");
const ORIGINAL = "alter table orders alter email set not null";

/** The application: short reads and writes of rows of the table, and one long read of it. */
class Application {
  private over = false;
  private readonly running: Promise<void>[] = [];
  readonly waits: number[] = [];

  constructor(private readonly sessions: readonly Session[]) {}

  start(): void {
    const [slow, ...quick] = this.sessions;
    if (slow) this.running.push(this.readSlowly(slow));
    for (const [at, session] of quick.entries()) this.running.push(this.useRows(session, at));
  }

  async stop(): Promise<void> {
    this.over = true;
    await Promise.all(this.running);
  }

  private async readSlowly(session: Session): Promise<void> {
    while (!this.over) {
      await session.script("begin; select from public.orders limit 1");
      await systemClock.sleep(SLOW_MS);
      await session.script("commit");
      await systemClock.sleep(PAUSE_MS);
    }
  }

  private async useRows(session: Session, at: number): Promise<void> {
    for (let id = 1; !this.over; id = (id % ROWS) + 1) {
      const start = performance.now();
      if (at % 2 === 0) await session.query("select note from public.orders where id = $1", [id]);
      else await session.query("update public.orders set note = 'seen' where id = $1", [id]);
      this.waits.push(performance.now() - start);
      await systemClock.sleep(5);
    }
  }
}

/** Each migration until it has its locks. Returns the attempts. */
async function execute(session: Session, migrations: readonly Migration[], lockTimeout: number): Promise<number> {
  const ports = {
    clock: systemClock,
    stop: new AbortController().signal,
    deadline: null,
    artifacts: {},
  } as unknown as Ports;
  const attempt: Attempt = { attempts: 0, lockWaitMs: 0, faults: [] };
  for (const migration of migrations)
    await retryTenant(
      ports,
      { id: "t", host: "h" },
      { attempts: 100, waitForServer: 0 },
      attempt,
      async (connected) => {
        connected();
        const settings = { lockTimeout, statementTimeout: 600_000, concurrentTimeout: 600_000 };
        const { isolation } = migration.up;
        return applyMigration(session, {
          migration,
          ledger: null,
          isolation,
          settings,
          schema: null,
          keep: [],
          clock: systemClock,
        });
      },
    );
  return attempt.attempts;
}

it("the plan for SET NOT NULL beside a slow reader: only short lock timeouts keep the application waiting briefly", async () => {
  await loadParser();
  const rows: string[] = [];
  const longest: number[] = [];
  const ways = [
    ["the original, without a lock timeout", false, 0],
    ["the plan, without a lock timeout", true, 0],
    ["the plan, lock timeout 2 s", true, 2_000],
    ["the plan, lock timeout 100 ms, tried again", true, 100],
  ] as const;
  for (const [name, isPlan, lockTimeout] of ways) {
    const setup = `create table orders (id bigint primary key, email text, note text);
      insert into orders select g, g || '@example.com', 'a note' from generate_series(1, ${ROWS}) g`;
    const database = await temporaryDatabase("18", setup);
    await database.client.end();
    const sessions = await Promise.all(Array.from({ length: 5 }, () => openTestSession(database.url)));
    const own = await openTestSession(database.url);
    const original = testMigration(ORIGINAL);
    const { plan } = await planRewrite(original.up, await readCatalog(own, null));
    if (!plan) throw new Error("there is no plan");
    // What the steps say of lock_timeout is what is measured here.
    const steps = stepMigrations(plan, original).map((step) => ({
      ...step,
      up: { ...step.up, statements: step.up.statements.filter(({ sql }) => !/lock_timeout/.test(sql)) },
    }));
    await Promise.all(sessions.map((each) => each.script("set lock_timeout = 0; set statement_timeout = 0")));
    const application = new Application(sessions);
    application.start();
    // The slow reader has begun.
    await systemClock.sleep(300);
    const start = performance.now();
    const attempts = await execute(own, isPlan ? steps : [original], lockTimeout);
    const took = performance.now() - start;
    await application.stop();
    await Promise.all([...sessions, own].map((each) => each.close()));
    const sorted = application.waits.toSorted((a, b) => a - b);
    const at = (share: number) =>
      (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
    longest.push(sorted.at(-1) ?? 0);
    rows.push(`| ${name} | ${at(1)} | ${at(0.99)} | ${(took / 1_000).toFixed(1)} | ${attempts} |`);
  }
  console.log(["| way | longest wait, ms | p99, ms | seconds | attempts |", ...rows].join("\n"));
  const [asItIs = 0, patient = 0, , short = 0] = longest;
  // The safe statements queue as deep as the unsafe one.
  expect(patient).toBeGreaterThan(SLOW_MS / 2);
  expect(short).toBeLessThan(Math.min(asItIs, patient) / 2);
}, 600_000);
