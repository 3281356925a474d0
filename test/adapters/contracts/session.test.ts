import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSession } from "../../../lib/adapters/pg/connection.js";
import { endpointOf } from "../../../lib/adapters/pg/endpoint.js";
import { openDataApiSession } from "../../../lib/adapters/rds-data/open-session.js";
import type { Session, SessionOptions } from "../../../lib/ports/database.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { DataApiServer } from "../../support/aws/data-api-server.js";
import "../../support/aws/services.js";
import { serverUrl } from "../../support/postgres.js";

const WRITE: SessionOptions = { purpose: "write", statementTimeout: 20_000, lockTimeout: 5000 };
const READ: SessionOptions = { ...WRITE, purpose: "read" };
const DATABASE = "session_contract";

let api: DataApiServer;
const drivers = ["pg", "data-api"] as const;
const versions = ["15", "18"] as const;
const CASES = versions.flatMap((version) => drivers.map((driver) => [driver, version] as const));

describe.each(CASES)("a session by %s on PostgreSQL %s", (driver, version) => {
  const url = serverUrl(version, "");
  const open = (options: SessionOptions): Promise<Session> => {
    if (driver === "pg") return openSession(endpointOf(`${url}${DATABASE}`), options);
    const target = { cluster: "arn:aws:rds:eu-central-1:1:cluster:one", secret: "one", database: DATABASE };
    return openDataApiSession(target, options, { endpoint: api.endpoint, region: "eu-central-1", maxAttempts: 1 });
  };
  const using = async <T>(options: SessionOptions, work: (session: Session) => Promise<T>): Promise<T> => {
    const session = await open(options);
    return work(session).finally(() => session.close());
  };

  beforeAll(async () => {
    api = await DataApiServer.start(url);
    const admin = await openSession(endpointOf(`${url}postgres`), WRITE);
    await admin.query(`drop database if exists ${DATABASE}`);
    await admin.query(`create database ${DATABASE}`);
    await admin.close();
    await using(WRITE, (session) =>
      session.script("create table public.t (id int primary key, note text); create schema own"),
    );
  });
  afterAll(async () => {
    expect(api.open).toBe(0);
    await api.close();
  });

  it("gives the same values for the same types", () =>
    using(READ, async (session) => {
      const [row] = await session.query(
        `select 1::int4 as four, 9007199254740993::int8::text as wide, 12::int8 as eight, 1.50::numeric as exact,
         0.5::float8 as half, true as yes, null::text as none, 'ü''"x'::text as text, 'n'::name as name,
         '{"a":[1]}'::jsonb as doc, array['a', 'b"c']::text[] as list, array[1, 2]::int4[] as numbers,
         timestamptz '2026-11-22 17:00:00.5Z' as at, '\\x00ff'::bytea as bytes`,
      );
      expect(row).toEqual({
        four: 1,
        wide: "9007199254740993",
        eight: "12",
        exact: "1.50",
        half: 0.5,
        yes: true,
        none: null,
        text: "ü'\"x",
        name: "n",
        doc: { a: [1] },
        list: ["a", 'b"c'],
        numbers: [1, 2],
        at: new Date("2026-11-22T17:00:00.500Z"),
        bytes: Buffer.from([0, 255]),
      });
      expect(Math.floor(session.serverVersion / 10_000)).toBe(Number(version));
    }));

  it("binds parameters, and takes none from a text, a comment or a cast", () =>
    using(READ, async (session) => {
      const [row] = await session.query(
        "select $1::text as a, '$2 :p2'::text as b, $2::int4 + 1 as c, $3::text is null as d, 'x' = any($4) as e -- $9",
        ["it's :p1 $1", 41, null, ["y", 'x"', "x"]],
      );
      expect(row).toEqual({ a: "it's :p1 $1", b: "$2 :p2", c: 42, d: true, e: true });
    }));

  it("names the SQLSTATE of what the server refuses", () =>
    using(WRITE, async (session) => {
      await expect(session.query("select * from nowhere")).rejects.toMatchObject({
        name: "DatabaseError",
        code: "42P01",
      });
      await expect(session.query("select 1 / 0")).rejects.toMatchObject({ code: "22012" });
      expect(await session.query("select 1 as one")).toEqual([{ one: 1 }]);
    }));

  it("commits a transaction, undoes one that is rolled back, and one whose session ends", async () => {
    await using(WRITE, async (session) => {
      await session.script("begin isolation level serializable; insert into public.t values (1, 'kept')");
      expect(await session.query("select current_setting('transaction_isolation') as level")).toEqual([
        { level: "serializable" },
      ]);
      await session.script("commit");
      await session.script("begin; insert into public.t values (2, 'gone')");
      await session.script("rollback");
      await session.script("begin");
      await session.query("insert into public.t values ($1, $2)", [3, "gone too"]);
    });
    expect(await using(READ, (session) => session.query("select id, note from public.t order by 1"))).toEqual([
      { id: 1, note: "kept" },
    ]);
  });

  it("keeps what is set for the session, in every transaction and none, until it is rolled back or reset", () =>
    using(WRITE, async (session) => {
      const said = async () => {
        const sql = `select current_setting('lock_timeout') as wait, replace(current_setting('search_path'), '"', '') as path`;
        return (await session.query(sql))[0];
      };
      await session.script("set lock_timeout = 1234; set search_path = own, public");
      expect(await said()).toEqual({ wait: "1234ms", path: "own, public" });
      await session.script("begin; set lock_timeout = 99");
      expect(await said()).toEqual({ wait: "99ms", path: "own, public" });
      await session.script("rollback");
      expect(await said()).toEqual({ wait: "1234ms", path: "own, public" });
      await session.script("select set_config('search_path', 'public', false)");
      await session.script("begin; set local lock_timeout = 7; commit");
      expect(await said()).toEqual({ wait: "1234ms", path: "public" });
    }));

  it("ends a statement at its timeout", () =>
    using({ ...WRITE, statementTimeout: 200 }, async (session) => {
      await expect(session.query("select pg_sleep(30)")).rejects.toMatchObject({ code: "57014" });
    }));

  it("runs what others wrote along their own path, which lasts, and never what is ours", () =>
    using(WRITE, async (session) => {
      const asked = `select replace(current_setting('search_path'), '"', '') as path`;
      const said = async () => [await session.query(asked), await session.execute(asked)].map(([row]) => row?.path);
      const own = "pg_catalog, pg_temp";
      expect(await said()).toEqual([own, "$user, public"]);
      session.lookUpIn("own");
      expect(await said()).toEqual([own, "own, public"]);
      await session.script("begin");
      await session.execute("set search_path = public, own");
      await session.execute("create temporary table made_here (i int) on commit drop");
      expect(await said()).toEqual([own, "public, own"]);
      await session.script("commit");
      expect(await said()).toEqual([own, "public, own"]);
      await session.script("begin");
      await expect(session.execute("select 1 / 0")).rejects.toMatchObject({ code: "22012" });
      await session.script("rollback");
      session.lookUpIn(null);
      expect(await said()).toEqual([own, "$user, public"]);
      if (driver === "pg") await session.execute("set search_path = own");
      if (driver === "pg") expect(await said()).toEqual([own, "own"]);
      expect(await session.execute("select 7 as seven -- and a comment")).toEqual([{ seven: 7 }]);
    }));

  it("changes nothing in a session that reads, and resolves functions in pg_catalog alone", () =>
    using(READ, async (session) => {
      await expect(session.query("insert into public.t values (9, 'x')")).rejects.toMatchObject({ code: "25006" });
      const [row] = await session.query<{ path: string }>("select current_setting('search_path') as path");
      expect(row?.path).toBe("pg_catalog, pg_temp");
    }));

  it("runs what PostgreSQL refuses inside a transaction, outside of one", () =>
    using(WRITE, async (session) => {
      await session.script("create index concurrently if not exists t_note on public.t (note)");
      await session.script("begin");
      await expect(session.script("create index concurrently t_again on public.t (note)")).rejects.toMatchObject({
        code: "25001",
      });
      await session.script("rollback");
      const rows = await session.query("select indexname from pg_indexes where tablename = 't' order by 1");
      expect(rows).toEqual([{ indexname: "t_note" }, { indexname: "t_pkey" }]);
    }));

  it("reads an answer of several megabytes", () =>
    using(READ, async (session) => {
      const rows = await session.query<{ n: number; text: string }>(
        "select n, repeat(md5(n::text), 200) as text from generate_series(1, $1::int4) n order by n",
        [800],
      );
      expect(rows).toHaveLength(800);
      expect(rows.map((row) => row.n)).toEqual(Array.from({ length: 800 }, (_, index) => index + 1));
    }));

  it("reads a whole catalog, the same as over the wire", async () => {
    const direct = await openSession(endpointOf(`${url}${DATABASE}`), READ);
    const expected = await readCatalog(direct, null).finally(() => direct.close());
    expect(await using(READ, (session) => readCatalog(session, null))).toEqual(expected);
  });
});

describe("the RDS Data API (simulated over PostgreSQL)", () => {
  const open = () => {
    const target = { cluster: "arn:aws:rds:eu-central-1:1:cluster:one", secret: "one", database: "postgres" };
    return openDataApiSession(target, WRITE, { endpoint: api.endpoint, region: "eu-central-1", maxAttempts: 1 });
  };
  beforeAll(async () => {
    api = await DataApiServer.start(serverUrl("18", ""));
  });
  afterAll(() => api.close());

  it("is asked again when it throttles, and never twice for what was executed", async () => {
    const session = await open();
    api.throttle = 2;
    expect(await session.query("select 'once' as said")).toEqual([{ said: "once" }]);
    expect(api.statements.filter((sql) => sql === "select 'once' as said")).toHaveLength(1);
    await session.close();
  });

  it("refuses a statement outside a transaction where a search_path would have to hold", async () => {
    const session = await open();
    session.lookUpIn("own");
    const sent = api.statements.length;
    await expect(session.execute("vacuum")).rejects.toMatchObject({ code: "0A000" });
    expect(api.statements.slice(sent).filter((sql) => sql === "vacuum")).toHaveLength(1);
    await session.close();
  });

  it("says of one row that is too large that it is", async () => {
    const target = { cluster: "arn:aws:rds:eu-central-1:1:cluster:one", secret: "one", database: "postgres" };
    const settings = { endpoint: api.endpoint, region: "eu-central-1", maxAttempts: 1 };
    const session = await openDataApiSession(target, READ, settings);
    await expect(session.query("select repeat('x', 2000000) as text")).rejects.toThrow("more than the 1 MiB");
    await session.close();
    expect(api.open).toBe(0);
  });
});
