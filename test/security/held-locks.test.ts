import { appendFileSync } from "node:fs";
import { Socket } from "node:net";
import pg from "pg";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { localMigrator } from "../../lib/adapters/local/local-migrator.js";
import { localSecrets } from "../../lib/adapters/local/secrets.js";
import { schemaDifference } from "../../lib/adapters/pg-delta/schema-difference.js";
import { openDataApiSession } from "../../lib/adapters/rds-data/open-session.js";
import type { RollbackCandidate } from "../../lib/core/rollback/plan.js";
import { loadParser } from "../../lib/core/sql/parse.js";
import { inBatches } from "../../lib/core/undo/keep/in-batches.js";
import type { Session } from "../../lib/ports/database.js";
import { applyMigration } from "../../lib/steps/migration/apply-migration.js";
import { applyRollback } from "../../lib/steps/migration/apply-rollback.js";
import { proveOnClone } from "../../lib/steps/proof/prove-on-clone.js";
import { temporaryFolder } from "../review/harness.js";
import { DataApiServer } from "../support/aws/data-api-server.js";
import "../support/aws/services.js";
import { cloning } from "../support/clones.js";
import { LOGINS, type Login, makeLogin, setupAs, urlAs } from "../support/gate-logins.js";
import { MAJORS } from "../support/majors.js";
import { testClock, testMigration } from "../support/migration.js";
import { driver, writeMigrator } from "../support/migrator-program.js";
import { POOLER_INSTALLED, pooled } from "../support/pooler.js";
import { serverUrl, temporaryDatabase } from "../support/postgres.js";
import { openTestSession, testSession } from "../support/session.js";

const LOCK_TIMEOUT_MS = 300;
/** Two looks of the watch, its connection, and a busy machine; far from the minute that a session's own timeout is. */
const AT_MOST_MS = 10_000;

/** How a release takes its limit away, whatever its text was let through for; the last statement wants the lock. */
const AWAY: Readonly<Record<string, string>> = {
  "SET lock_timeout": "set lock_timeout = 0; alter table t add b int",
  "SET LOCAL lock_timeout": "set local lock_timeout = 0; alter table t add b int",
  "RESET lock_timeout": "reset lock_timeout; alter table t add b int",
  "RESET ALL": "reset all; alter table t add b int",
  "set_config for the session": "select set_config('lock_timeout', '0', false); alter table t add b int",
  "set_config for the transaction": "select set_config('lock_timeout', '0', true); alter table t add b int",
  "an update of pg_settings":
    "update pg_settings set setting = '0' where name = 'lock_timeout'; alter table t add b int",
  "a lock_timeout that is rounded to none": "set lock_timeout = '400us'; alter table t add b int",
  "ALTER ROLE": "alter role current_user set lock_timeout = 0; alter table t add b int",
  "an update of a view over pg_settings":
    "create view v as select * from pg_settings; update v set setting = '0' where name = 'lock_timeout'; alter table t add b int",
  "a prepared statement":
    "prepare p as select set_config('lock_timeout', '0', false); execute p; alter table t add b int",
  "a CHECK with a SET clause": "insert into checked values (1)",
  "a default with a SET clause": "insert into defaulted default values",
  "a rule with a SET clause": "update ruled set a = 2",
  "a view with a SET clause": "create table made as select * from viewed",
  "a domain, a cast and an operator with a SET clause": "select 1::dom ==== 2::dom",
  "a function in a function in a function": "select outermost()",
  "a text that a query executes": "select query_to_xml('select standing()', true, true, '')",
  "ALTER TYPE with USING": "alter table free alter a type int using innermost()",
  "a DO block before": "do $$ begin execute 'set lo' || 'cal lock_timeout = 0'; end $$; alter table t add b int",
  "a DO block around": "do $$ begin execute 'set lo' || 'cal lock_timeout = 0'; alter table t add b int; end $$",
  "a DO block that catches a cancellation":
    "do $$ begin perform set_config('lock_' || 'timeout', '0', true); for i in 1..100 loop begin alter table t add b int; exception when query_canceled then null; end; end loop; end $$",
  "a function with a SET clause":
    "create function f() returns void language plpgsql set lock_timeout = 0 as $$ begin alter table t add b int; end $$; select f()",
  "a function of the tenant's with a SET clause": "select standing()",
  "a row trigger with a SET clause": "update other set a = 2",
  "a deferred trigger with a SET clause": "update later set a = 2",
  "SET in a savepoint of a body":
    "do $$ begin begin set local lock_timeout = 0; raise exception 'x'; exception when raise_exception then null; end; end $$; alter table t add b int",
  "VACUUM FULL, outside a transaction": "vacuum full t",
  "DETACH PARTITION CONCURRENTLY": "alter table parted detach partition part concurrently",
  "CREATE INDEX CONCURRENTLY over a function that locks": "create index concurrently on built (standing_locks(a))",
  "CREATE INDEX CONCURRENTLY over a function of the release's":
    "create function g() returns int language plpgsql as $$ begin lock table public.t in access exclusive mode; return 1; end $$; create function f(i int) returns int language plpgsql immutable as $$ begin return public.g(); end $$; create index concurrently on built (f(a))",
  "CREATE INDEX CONCURRENTLY where a function locks":
    "create index concurrently on built (a) where standing_locks(a) = 1",
  "CREATE UNIQUE INDEX CONCURRENTLY over a function that takes SHARE":
    "create unique index concurrently on built (standing_share(a))",
  "CREATE INDEX CONCURRENTLY over a function that has a lock and waits for another":
    "create index concurrently on built (standing_waits(a))",
  "REINDEX INDEX CONCURRENTLY over a function that locks": "set app.lock = 'on'; reindex index concurrently built_late",
  "REINDEX TABLE CONCURRENTLY over a function that locks": "set app.lock = 'on'; reindex table concurrently built",
  "VACUUM (ANALYZE) over an index that locks": "set app.lock = 'on'; vacuum (analyze) built",
};

/** The same of a team's own program, which has `client`. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "a program that sets lock_timeout to 0": `await client.query("set lock_timeout = 0"); await client.query("alter table t add b int");`,
  "a program that tries again after a cancellation": `await client.query("set lock_timeout = 0");
    for (let i = 0; i < 100; i += 1) try { await client.query("alter table t add b int"); break; } catch (error) { if (error.code !== "57014") throw error; }`,
  "a program whose function has a SET clause": `await client.query("select standing()");`,
  "a program with a second session": `const other = new pg.Client({ connectionString: process.env.DATABASE_URL }); other.on("error", () => {}); await other.connect();
    try { await other.query("set lock_timeout = 0"); await other.query("lock table t in exclusive mode; alter table t add b int"); } finally { await other.end().catch(() => {}); }`,
  "a program that names its session otherwise": `await client.query("set application_name = 'flyway'; set lock_timeout = 0"); await client.query("alter table t add b int");`,
  "a program that signs in under another name": `const url = new URL(process.env.DATABASE_URL); url.searchParams.set("application_name", "alembic"); url.searchParams.delete("options");
    const other = new pg.Client({ connectionString: url.toString() }); other.on("error", () => {}); await other.connect();
    try { await other.query("alter table t add b int"); } finally { await other.end().catch(() => {}); }`,
  "a program whose name is the gate's": `await client.query("set application_name = 'schema-gate'; set lock_timeout = 0"); await client.query("create index on t (a); alter table t add b int");`,
};

/** Where no backend is known beforehand. */
const REUSED: Readonly<Record<string, string>> = {
  "a row trigger with a SET clause": "update other set a = 2",
  "a deferred trigger with a SET clause": "update later set a = 2",
  "a DO block that catches a cancellation": AWAY["a DO block that catches a cancellation"] ?? "",
  "CREATE INDEX CONCURRENTLY over a function that locks": "create index concurrently on built (standing_locks(a))",
};

const SETUP = `create table t (id int primary key, a int); insert into t values (1, 1);
create table parted (id int) partition by range (id); create table part partition of parted for values from (0) to (9);
create table built (id int, a int); insert into built values (1, 1), (2, 2); create table free (a int);
create function locks(mode text) returns int language plpgsql as $$ begin execute 'lock table public.t in ' || mode || ' mode'; return 1; end $$;
create function waits() returns int language plpgsql as $$ begin lock table public.free in access exclusive mode; perform pg_advisory_xact_lock(7); return 1; end $$;
create function standing_locks(i int) returns int language plpgsql immutable as $$ begin return public.locks('access exclusive'); end $$;
create function standing_share(i int) returns int language plpgsql immutable as $$ begin return public.locks('share') * 0 + i; end $$;
create function standing_waits(i int) returns int language plpgsql immutable as $$ begin return public.waits(); end $$;
create function standing_late(i int) returns int language plpgsql immutable as $$ begin
  if current_setting('app.lock', true) = 'on' then return public.locks('access exclusive'); end if; return i; end $$;
create index built_late on built (standing_late(a));
create table other (a int); create table later (a int); insert into other values (1); insert into later values (1);
create function standing() returns void language plpgsql set lock_timeout = 0 as $$ begin lock table t in access exclusive mode; end $$;
create function standing_row() returns trigger language plpgsql set lock_timeout = 0 as $$ begin lock table t in access exclusive mode; return new; end $$;
create trigger r before update on other for each row execute function standing_row();
create function innermost() returns int language plpgsql set lock_timeout = 0 as $$ begin lock table public.t in access exclusive mode; return 1; end $$;
create function middle() returns int language plpgsql as $$ begin return public.innermost(); end $$;
create function outermost() returns int language sql set lock_timeout = '1s' as 'select public.middle()';
create table checked (a int check (a = innermost())); create table defaulted (a int default innermost());
create table ruled (a int); insert into ruled values (1); create rule r as on update to ruled do also select innermost();
create view viewed as select innermost() as a; insert into free values (1);
create domain dom as int check (value = innermost() * 0 + value);
create function equal(a dom, b dom) returns boolean language sql as 'select public.innermost() = 1';
create operator ==== (leftarg = dom, rightarg = dom, function = equal);
create table counted (id int primary key, a int); insert into counted values (1, 1);
create function standing_count() returns trigger language plpgsql set lock_timeout = 0 as $$ begin insert into t values (2, 2); return new; end $$;
create trigger r before update on counted for each row execute function standing_count();
create constraint trigger r after update on later deferrable initially deferred for each row execute function standing_row();`;

const common = (url: string) =>
  ({
    ledger: null,
    isolation: "read committed",
    settings: { lockTimeout: LOCK_TIMEOUT_MS, statementTimeout: 60_000, concurrentTimeout: 60_000 },
    schema: null,
    keep: [],
    clock: testClock,
    watch: { connect: () => openTestSession(url), clock: testClock },
  }) as const;

beforeAll(() => loadParser());

/** A connection that comes from this address. */
function socketFrom(localAddress: string): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket);
  return Object.assign(socket, { connect: (port: number, host: string) => connect({ port, host, localAddress }) });
}

/** Lets logins come from these addresses. */
async function admit(client: pg.Client, addresses: string): Promise<void> {
  const { rows } = await client.query("show hba_file");
  appendFileSync(rows[0].hba_file, `\nhost all all ${addresses} scram-sha-256\n`);
  await client.query("select pg_reload_conf()");
}

describe.each(MAJORS)("a release that takes lock_timeout away while somebody holds the lock, on %s", (major) => {
  async function given(sql: string, holding: string, login: Login = "superuser"): Promise<number> {
    await makeLogin(major, login);
    const { url, name, client } = await temporaryDatabase(major, setupAs(login, SETUP));
    await client.query(
      `alter database ${name} set lock_timeout = 0; alter role current_user in database ${name} set lock_timeout = 0`,
    );
    const own = urlAs(login, url);
    const holder = new pg.Client({ connectionString: url });
    holder.on("error", () => {});
    await holder.connect();
    onTestFinished(() => holder.end().catch(() => {}));
    await holder.query(`begin; lock table t, part in ${holding} mode; select pg_advisory_xact_lock(7)`);
    const session = await testSession(own);
    const started = performance.now();
    const outcome = await applyMigration(session, { ...common(own), migration: testMigration(sql) }).catch(
      (error: unknown) => error,
    );
    const took = performance.now() - started;
    expect(outcome).toBeInstanceOf(Error);
    expect((outcome as { code?: string }).code, String(outcome)).toMatch(/^(55P03|57P01)$/);
    const { rows } = await client.query("select count(*)::int as waiting from pg_locks where not granted");
    expect(rows).toEqual([{ waiting: 0 }]);
    return took;
  }

  describe.each(LOGINS)("where a %s login signs in", (login) => {
    it.each(Object.entries(AWAY))(
      "%s: it gives up within its limit",
      async (_, sql) => {
        // SHARE waits for a write, and any other lock here for a read as well.
        const holding = sql.includes("standing_share") ? "row exclusive" : "access share";
        expect(await given(sql, holding, login)).toBeLessThan(AT_MOST_MS);
      },
      30_000,
    );
  });

  it.each([
    ["CREATE INDEX CONCURRENTLY waits for a write", "create index concurrently on t (a)", "row exclusive"],
    ["DROP INDEX CONCURRENTLY waits for a read", "drop index concurrently t_a", "access share"],
    [
      "DETACH PARTITION CONCURRENTLY waits for a read of the parent",
      "alter table parted detach partition part concurrently",
      "access share",
    ],
    ["REINDEX CONCURRENTLY waits for a write", "reindex table concurrently t", "row exclusive"],
  ])(
    "%s as long as it takes, since nobody waits behind it",
    async (_, sql, holding) => {
      const { url, client } = await temporaryDatabase(major, `${SETUP}; create index t_a on t (a)`);
      const holder = await testSession(url);
      await holder.script(`begin; lock table public.t, only public.parted in ${holding} mode`);
      const session = await testSession(url);
      const applied = applyMigration(session, { ...common(url), migration: testMigration(sql) }).then(
        () => null,
        (error: unknown) => error,
      );
      // Five looks of the watch after the limit.
      await testClock.sleep(LOCK_TIMEOUT_MS + 1_250);
      const { rows } = await client.query(
        "select count(*)::int as n from pg_locks where not granted and locktype = 'virtualxid'",
      );
      expect(rows).toEqual([{ n: 1 }]);
      await holder.script("commit");
      expect(await applied).toBeNull();
    },
    30_000,
  );

  it("a partition that is half detached is detached when the release is tried again, within the limit as well", async () => {
    const { url, client } = await temporaryDatabase(major, SETUP);
    const holder = await testSession(url);
    await holder.script("begin; select * from public.part");
    const session = await testSession(url);
    const migration = testMigration("alter table parted detach partition part concurrently");
    for (const _ of [1, 2]) {
      const started = performance.now();
      await expect(applyMigration(session, { ...common(url), migration })).rejects.toMatchObject({ code: "55P03" });
      expect(performance.now() - started).toBeLessThan(AT_MOST_MS);
      await client.query("set lock_timeout = '1s'; select * from part");
    }
    await holder.script("commit");
    await applyMigration(session, { ...common(url), migration });
    const { rows } = await client.query("select relispartition as still from pg_class where relname = 'part'");
    expect(rows).toEqual([{ still: false }]);
  }, 60_000);

  it("a way back keeps to it outside a transaction", async () => {
    const { url, client } = await temporaryDatabase(major, SETUP);
    const holder = await testSession(url);
    await holder.script("begin; select * from public.part");
    const session = await testSession(url);
    const sql = "alter table parted detach partition part concurrently";
    const candidate = {
      source: "author",
      class: "exact",
      statements: [sql],
      outside: [0],
      aside: [],
      reason: null,
    } as unknown as RollbackCandidate;
    const started = performance.now();
    const { isolation: _, ...rest } = common(url);
    const outcome = applyRollback(session, {
      ...rest,
      migration: testMigration("select 1"),
      previous: null,
      candidate,
    });
    await expect(outcome).rejects.toMatchObject({ code: "55P03" });
    expect(performance.now() - started).toBeLessThan(AT_MOST_MS);
    await client.query("set lock_timeout = '1s'; select * from part");
  }, 30_000);

  it.each([
    ["a row trigger, in a batch", [inBatches(["update public.other set a = 2 returning 0 as left"])[0] ?? ""]],
    ["a deferred trigger, in a batch", [inBatches(["update public.later set a = 2 returning 0 as left"])[0] ?? ""]],
    ["a deferred trigger, at the end", ["update public.later set a = 2"]],
  ])(
    "a way back keeps to it: %s",
    async (_, statements) => {
      const { url, client } = await temporaryDatabase(major, SETUP);
      const holder = await testSession(url);
      await holder.script("begin; lock table public.t in access share mode");
      const session = await testSession(url);
      const candidate = { source: "computed", class: "exact", statements, outside: [], aside: [], reason: null };
      const { isolation: _isolation, ...rest } = common(url);
      const started = performance.now();
      const outcome = applyRollback(session, {
        ...rest,
        migration: testMigration("select 1"),
        previous: null,
        candidate: candidate as unknown as RollbackCandidate,
      });
      await expect(outcome).rejects.toMatchObject({ code: "55P03" });
      expect(performance.now() - started).toBeLessThan(AT_MOST_MS);
      const { rows } = await client.query("select count(*)::int as waiting from pg_locks where not granted");
      expect(rows).toEqual([{ waiting: 0 }]);
    },
    30_000,
  );

  async function watchedOver(url: string, session: Session, sql: string): Promise<void> {
    const holder = await testSession(url);
    await holder.script("begin; lock table public.t in access share mode");
    const started = performance.now();
    const outcome = await applyMigration(session, { ...common(url), migration: testMigration(sql) }).catch(
      (error: unknown) => error,
    );
    expect((outcome as { code?: string }).code, String(outcome)).toMatch(/^(55P03|57P01|08006)$/);
    expect(performance.now() - started).toBeLessThan(AT_MOST_MS);
  }

  it.each(Object.entries(REUSED))(
    "%s: over the RDS Data API",
    async (_, sql) => {
      const { url, name } = await temporaryDatabase(major, SETUP);
      const api = await DataApiServer.start(serverUrl(major, ""));
      onTestFinished(() => api.close());
      const target = { cluster: "arn:aws:rds:eu-central-1:1:cluster:one", secret: "one", database: name };
      const options = { purpose: "write", statementTimeout: 20_000, lockTimeout: 5_000 } as const;
      const place = { endpoint: api.endpoint, region: "eu-central-1", maxAttempts: 1 };
      const session = await openDataApiSession(target, options, place);
      onTestFinished(() => session.close());
      await watchedOver(url, session, sql);
    },
    30_000,
  );

  it.skipIf(!POOLER_INSTALLED).each(Object.entries(REUSED))(
    `%s: behind a transaction pooler${POOLER_INSTALLED ? "" : " (skipped: pgbouncer is not installed)"}`,
    async (_, sql) => {
      const { url } = await temporaryDatabase(major, SETUP);
      const session = await testSession(await pooled(url));
      expect(session.pooled).toBe(true);
      await watchedOver(url, session, sql);
    },
    30_000,
  );

  describe.each(LOGINS)("a team's own program, where a %s login signs in", (login) => {
    const settled = async (body: string, holding: string) => {
      await makeLogin(major, login);
      const { url, client } = await temporaryDatabase(major, setupAs(login, SETUP));
      // Another's session as the same login would leave only the name to tell the program's.
      await client.query("set application_name = 'schema-gate test'");
      const own = urlAs(login, url);
      const holder = await testSession(url);
      await holder.script(`begin; lock table public.t in ${holding} mode`);
      const directory = temporaryFolder();
      const program = writeMigrator(directory, body);
      const secrets = localSecrets({}, directory);
      const migrator = localMigrator({ secrets, directory, environment: {}, seal: async () => "as begun" });
      const command = { argv: [program], timeout: 60_000, environment: {}, sha256: null };
      const migration = { ...testMigration("select 1"), migrator: command };
      const started = performance.now();
      const outcome = applyMigration(await testSession(own), { ...common(own), migration, migrator });
      return {
        client,
        holder,
        started,
        outcome: outcome.then(
          () => null,
          (error: unknown) => error as Error,
        ),
      };
    };

    it.each(Object.entries(PROGRAMS))(
      "%s: it gives up within its limit",
      async (_, body) => {
        const { client, started, outcome } = await settled(body, "access share");
        expect((await outcome)?.message).toContain("waited for a lock longer than rollout.lockTimeout");
        expect(performance.now() - started).toBeLessThan(AT_MOST_MS);
        const { rows } = await client.query("select count(*)::int as waiting from pg_locks where not granted");
        expect(rows).toEqual([{ waiting: 0 }]);
      },
      30_000,
    );

    it("a session that a program leaves behind goes with it, also when it ended well", async () => {
      const body = `const { spawn } = await import("node:child_process");
        const code = 'import(process.argv[1]).then(async ({ default: pg }) => { const c = new pg.Client({ connectionString: process.env.DATABASE_URL }); c.on("error", () => {}); await c.connect(); await c.query("set application_name = x; set lock_timeout = 0"); await c.query("alter table t add b int").catch(() => {}); process.exit(); })';
        spawn(process.execPath, ["-e", code, ${JSON.stringify(driver)}], { detached: true, stdio: "ignore", env: process.env }).unref();
        for (;;) { const { rows } = await client.query("select from pg_locks where not granted"); if (rows.length > 0) break; }`;
      const { client, outcome } = await settled(body, "access share");
      await outcome;
      const waiting = async () => (await client.query("select from pg_locks where not granted")).rowCount;
      const end = performance.now() + AT_MOST_MS;
      while ((await waiting()) !== 0 && performance.now() < end) await testClock.sleep(50);
      expect(await waiting()).toBe(0);
    }, 30_000);

    it("CREATE INDEX CONCURRENTLY of a program waits as long as it takes, since nobody waits behind it", async () => {
      const body = `await client.query("set lock_timeout = 0"); await client.query("create index concurrently on t (a)");`;
      const { client, holder, outcome } = await settled(body, "row exclusive");
      const waits = async () =>
        (await client.query("select from pg_locks where not granted and locktype = 'virtualxid'")).rowCount;
      while ((await waits()) === 0) await testClock.sleep(50);
      await testClock.sleep(LOCK_TIMEOUT_MS + 1_250);
      expect(await waits()).toBe(1);
      await holder.script("commit");
      expect(await outcome).toBeNull();
    }, 30_000);
  });

  describe("an application's session of the program's login, begun while the program runs", () => {
    const login = "least-privilege";

    /** `early`: another one was there all along. `elsewhere`: it comes from another address. */
    async function stays(sql: string, { early = false, schema = null as string | null, elsewhere = false }) {
      await makeLogin(major, login);
      const { url, client } = await temporaryDatabase(major, setupAs(login, SETUP));
      await client.query("set application_name = 'schema-gate test'");
      const own = urlAs(login, url);
      const application = async (localAddress = "127.0.0.1") => {
        const opened = new pg.Client({ connectionString: own, stream: () => socketFrom(localAddress) });
        opened.on("error", () => {});
        await opened.connect();
        onTestFinished(() => opened.end().catch(() => {}));
        return opened;
      };
      if (early) await application();
      if (elsewhere) await admit(client, "127.0.0.2/32");
      const directory = temporaryFolder();
      const body = `while (!(await client.query("select pg_try_advisory_lock(8) as free from pg_sleep(0.1)")).rows[0].free);`;
      const program = writeMigrator(directory, body);
      const secrets = localSecrets({}, directory);
      const migrator = localMigrator({ secrets, directory, environment: {}, seal: async () => "as begun" });
      const command = { argv: [program], timeout: 60_000, environment: {}, sha256: null };
      const migration = { ...testMigration("select 1"), migrator: command };
      const holder = await testSession(url);
      await holder.script("begin; lock table public.t in row exclusive mode; select pg_advisory_lock(8)");
      const outcome = applyMigration(await testSession(own), { ...common(own), schema, migration, migrator });
      const runs = `select from pg_stat_activity
        where datname = current_database() and application_name like 'schema-gate-m%' and query like '%try_advisory%'`;
      while ((await client.query(runs)).rowCount === 0) await testClock.sleep(50);
      const app = await application(elsewhere ? "127.0.0.2" : undefined);
      const work = app.query(sql);
      // Long enough for the watch to look twice while it waits.
      await testClock.sleep(LOCK_TIMEOUT_MS + 1_000);
      await holder.script("commit; select pg_advisory_unlock_all()");
      await work;
      await outcome;
      await app.query("select * from t");
    }

    it.each([
      ["waits, where another one was there", "begin; lock table public.t in share mode", { early: true }],
      ["holds its temporary table", "create temp table mine (a int); begin; truncate mine", {}],
      ["holds a table that it makes", "begin; create table public.mine (a int); create index on public.mine (a)", {}],
      ["waits, and comes from elsewhere", "begin; lock table public.t in share mode", { elsewhere: true }],
      ["waits, next to a tenant's schema", "begin; lock table public.t in share mode", { schema: "public" }],
    ])("stays: it %s", (_, sql, options) => stays(sql, options), 60_000);
  });

  it("a row trigger with a SET clause, in each try of a backfill's batch", async () => {
    const sql = "-- schema-gate: backfill by id batch 100ms\nupdate counted set a = 2";
    expect(await given(sql, "access exclusive")).toBeLessThan(3 * AT_MOST_MS);
  }, 60_000);

  it("a clone is watched as well", async () => {
    const { name, client } = await temporaryDatabase(major, SETUP);
    await client.end();
    const { makeClone, left } = cloning(major, name);
    const held = async () => {
      const clone = await makeClone();
      const holder = await clone.open({ purpose: "write", statementTimeout: 0, lockTimeout: 0 });
      await holder.script("select pg_advisory_lock(7)");
      return { ...clone, drop: () => holder.close().then(() => clone.drop()) };
    };
    const started = performance.now();
    const proof = await proveOnClone({
      cluster: "c",
      migrations: [
        testMigration(
          "do $$ begin execute 'set lo' || 'cal lock_timeout = 0'; perform pg_advisory_xact_lock(7); end $$",
        ),
      ],
      schema: null,
      makeClone: held,
      difference: schemaDifference,
      settings: common("").settings,
      clock: testClock,
      thorough: false,
    });
    expect(performance.now() - started).toBeLessThan(2 * AT_MOST_MS);
    expect(proof.findings.map(({ message }) => message).join()).toMatch(/lock timeout.*55P03/);
    expect([...left]).toEqual([]);
  }, 60_000);

  it("REINDEX SCHEMA, outside a transaction, behind a write", async () => {
    expect(await given("reindex schema public", "row exclusive")).toBeLessThan(AT_MOST_MS);
  }, 30_000);

  it("an ACCESS EXCLUSIVE lock holds up a plain write no longer either", async () => {
    expect(await given("set lock_timeout = 0; update t set a = 2", "access exclusive")).toBeLessThan(AT_MOST_MS);
  }, 30_000);
});
