import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pgDatabase } from "../../lib/adapters/pg/database.js";
import { endpointOf } from "../../lib/adapters/pg/endpoint.js";
import { schemaDifference } from "../../lib/adapters/pg-delta/schema-difference.js";
import { loadParser } from "../../lib/core/sql/parse.js";
import { type Clone, type Database, NotDropped, type Session } from "../../lib/ports/database.js";
import type { Tenant } from "../../lib/ports/registry.js";
import { proveOnClone } from "../../lib/steps/proof/prove-on-clone.js";
import { MAJORS } from "../support/majors.js";
import { testClock, testMigration } from "../support/migration.js";
import { onServer, serverUrl } from "../support/postgres.js";
import { cloudRole } from "../support/reaching-release.js";

const WRITE = { purpose: "write", statementTimeout: 20_000, lockTimeout: 2_000 } as const;

/** What gives the executor something that outlives its clone: `who` is the executor, `away` another database, where it is done. */
const GIVEN: Readonly<Record<string, readonly [place: "server" | "away", sql: string]>> = {
  "CONNECT on a database": ["server", "grant connect on database away to who"],
  "CREATE on a database, to hand on": ["server", "grant create on database away to who with grant option"],
  "a tablespace": ["server", "grant create on tablespace pg_default to who"],
  "a role": ["server", "grant pg_monitor to who"],
  "a schema of another database": ["away", "grant usage on schema public to who"],
  "a table of another database": ["away", "create table given (a int); grant select on given to who"],
  "a column of another database": ["away", "create table given (a int); grant update (a) on given to who"],
  "a policy of another database": ["away", "create table given (a int); create policy p on given to who using (true)"],
  "default privileges in another database": ["away", "alter default privileges grant select on tables to who"],
  "a setting in another database": ["server", "alter role who in database away set work_mem = '1MB'"],
};

/** Roles that the login may set, and what the executor would reach outside of the clone as each. */
const REACHING: Readonly<Record<string, string>> = {
  "signs in, so it has sessions and settings": "alter role app login",
  "makes databases": "alter role app createdb",
  "makes roles": "alter role app createrole",
  "owns a database": "alter database away owner to app",
  "is a member of one that owns a database": "alter database away owner to further; grant further to app",
  "hands on rights to a database": "grant connect on database away to app with grant option",
  "lets others become a role": "grant further to app with admin option",
  "ends sessions": "grant pg_signal_backend to app",
  "is a cloud's administrator": "grant cloud to app",
  "creates things in a tablespace": "grant create on tablespace pg_default to app",
};

/** What is harmless, and a superuser who owns the tables does. */
const HARMLESS: Readonly<Record<string, string>> = {
  "COMMENT ON EXTENSION": "comment on extension pg_trgm is 'x'",
  "ALTER EXTENSION UPDATE": "alter extension pg_trgm update",
  "DROP EXTENSION": "drop extension pg_trgm",
  "DROP EXTENSION IF EXISTS CASCADE": "drop extension if exists pg_trgm cascade",
  "CREATE EXTENSION IF NOT EXISTS": "create extension if not exists pg_trgm; create extension if not exists citext",
  "SET ROLE to an application's role": "set role app; select 1; reset role",
  "a new owner": "create table n (a int); alter table n owner to app",
  "a function's new owner":
    "create function n() returns int language sql as 'select 1'; alter function n() owner to app",
  "a new owner of a schema": "create schema n authorization app",
  "default privileges of a role": "alter default privileges for role app grant select on tables to public",
  "DROP OWNED by a role": "drop owned by app",
  "a table of another owner": "update owned set a = 2; alter table owned add b int",
};

beforeAll(() => loadParser());

describe.each(MAJORS)("the role that executes on a clone, on %s", (major) => {
  const names = randomBytes(4).toString("hex");
  const [database, away, app, further, cloud] = ["tenant", "away", "app", "further", "cloud"].map(
    (each) => `${each}_${names}`,
  );
  const put = (sql: string, who = "") =>
    sql.replaceAll(/\b(away|app|further|cloud)\b/g, `$1_${names}`).replaceAll(/\bwho\b/g, who);
  const tenant: Tenant = { id: "t", group: null, host: "h", database: database ?? "", schema: null };
  let reached: Database;
  let clones = 0;

  const within = async (name: string, sql: string) => {
    const client = new pg.Client({ connectionString: serverUrl(major, name) });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const afresh = async () => {
    for (const role of [app, further, cloud]) await within(away ?? "", `drop owned by ${role}`).catch(() => {});
    await onServer(major, `alter database ${away} owner to postgres`);
    await within(database ?? "", `drop owned by ${app} cascade`).catch(() => {});
    for (const role of [app, further]) await onServer(major, `drop role if exists ${role}`);
    for (const role of [app, further]) await onServer(major, `create role ${role}`);
    await within(
      database ?? "",
      `drop table if exists owned; create table owned (a int); alter table owned owner to ${app}; insert into owned values (1); grant create, usage on schema public to ${app}`,
    );
  };

  beforeAll(async () => {
    await onServer(major, `create database ${database}`);
    await onServer(major, `create database ${away}`);
    await onServer(major, cloudRole("rds_superuser"));
    await onServer(major, `create role ${cloud} in role rds_superuser`);
    await within(database ?? "", "create extension pg_trgm; create table t (id int primary key, a int)");
    const endpoint = endpointOf(serverUrl(major, database));
    reached = pgDatabase({ tenant: async () => ({ endpoint, replica: null }), staging: null });
  });
  afterAll(async () => {
    await onServer(major, `drop database ${database} with (force)`);
    await onServer(major, `drop database ${away} with (force)`);
    for (const role of [app, further, cloud]) {
      await onServer(major, `drop owned by ${role}`);
      await onServer(major, `drop role ${role}`);
    }
  });

  async function executing(): Promise<{ readonly clone: Clone; readonly session: Session; readonly who: string }> {
    clones += 1;
    const clone = await reached.clone(tenant, `schema_gate_${names}_${clones}`);
    const session = await clone.open(WRITE);
    const [row] = await session.query<{ who: string }>("select session_user::text as who");
    return { clone, session, who: row?.who ?? "" };
  }
  const isThere = async (who: string) =>
    (await onServer(major, `select rolcanlogin as login from pg_roles where rolname = '${who}'`)).rows;

  it.each(Object.entries(GIVEN))(
    "goes with its clone, whoever has given it %s",
    async (_, [place, sql]) => {
      await within(away ?? "", "drop table if exists given");
      const { clone, session, who } = await executing();
      await within(place === "away" ? (away ?? "") : "postgres", put(sql, who));
      await session.close();
      await clone.drop();
      expect(await isThere(who)).toEqual([]);
    },
    60_000,
  );

  it("goes though the release has given it something itself, and what was proved holds", async () => {
    await afresh();
    await onServer(major, `alter database ${away} owner to ${app}`);
    await within(database ?? "", `alter table t owner to ${app}`);
    const owned: Tenant = { ...tenant, role: app ?? "" };
    const proof = await proveOnClone({
      cluster: "c",
      migrations: [
        testMigration(`do $$ begin execute format('grant connect on database ${away} to %I', session_user); end $$`),
      ],
      schema: null,
      makeClone: (purpose) => reached.clone(owned, `schema_gate_${names}_${purpose.replaceAll(/[^a-z]/g, "_")}`),
      difference: schemaDifference,
      settings: { lockTimeout: 2_000, statementTimeout: 20_000, concurrentTimeout: 20_000 },
      clock: testClock,
      thorough: false,
    });
    expect(proof.findings.filter(({ code }) => code.endsWith("left-behind"))).toEqual([]);
    const [row] = await within("postgres", `select datacl::text as acl from pg_database where datname = '${away}'`);
    expect(String(row?.acl)).not.toContain("schema_gate_executor");
    await within(database ?? "", "alter table t owner to postgres");
  }, 60_000);

  it("stays where it owns something elsewhere: it is named with what to do, signs in no more, and the next sweep drops it", async () => {
    const { clone, session, who } = await executing();
    await within(away ?? "", `create table kept (a int); alter table kept owner to ${who}`);
    await session.close();
    const error = await clone.drop().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotDropped);
    expect((error as NotDropped).left).toEqual({ kind: "role", name: who });
    expect((error as NotDropped).message).toMatch(
      new RegExp(`the role ${who} .* could not be dropped: something depends on it in ${away}`),
    );
    expect((error as NotDropped).remedy).toBe(
      `As a superuser, in ${away}: DROP OWNED BY "${who}"; then: DROP ROLE "${who}";`,
    );
    expect(await isThere(who)).toEqual([{ login: false }]);
    expect(await within(away ?? "", "select count(*)::int as n from kept")).toEqual([{ n: 0 }]);
    await expect(reached.sweep(tenant, `schema_gate_${names}`)).rejects.toBeInstanceOf(NotDropped);
    await within(away ?? "", "alter table kept owner to postgres");
    await reached.sweep(tenant, `schema_gate_${names}`);
    expect(await isThere(who)).toEqual([]);
  }, 60_000);

  it.each(Object.entries(HARMLESS))(
    "runs what a superuser owns and runs: %s",
    async (_, sql) => {
      await afresh();
      const { clone, session } = await executing();
      try {
        for (const each of put(sql).split("; ")) await session.execute(each);
      } finally {
        await session.close();
        await clone.drop();
      }
    },
    60_000,
  );

  it.each(Object.entries(REACHING))(
    "is no member of a role that %s",
    async (_, sql) => {
      await afresh();
      await within(database ?? "", `alter table owned owner to postgres`);
      for (const each of put(sql).split("; ")) await onServer(major, each);
      const { clone, session } = await executing();
      try {
        const [row] = await session.query<{ member: boolean }>(
          "select pg_has_role(session_user, $1, 'MEMBER') as member",
          [app],
        );
        expect(row).toEqual({ member: false });
        await expect(session.execute(`set role ${app}`)).rejects.toMatchObject({ code: "42501" });
      } finally {
        await session.close();
        await clone.drop();
      }
    },
    60_000,
  );

  it("owns no extension's right to run what is not trusted", async () => {
    const { clone, session } = await executing();
    try {
      await expect(session.execute("create extension file_fdw")).rejects.toMatchObject({ code: "42501" });
    } finally {
      await session.close();
      await clone.drop();
    }
  });
});
