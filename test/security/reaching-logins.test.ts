import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pgDatabase } from "../../lib/adapters/pg/database.js";
import { endpointOf } from "../../lib/adapters/pg/endpoint.js";
import { schemaDifference } from "../../lib/adapters/pg-delta/schema-difference.js";
import { loadParser } from "../../lib/core/sql/parse.js";
import type { Tenant } from "../../lib/ports/registry.js";
import { NotContained } from "../../lib/steps/migration/contained.js";
import type { Proof } from "../../lib/steps/proof/proof.js";
import { proveOnClone } from "../../lib/steps/proof/prove-on-clone.js";
import { MAJORS, type Major } from "../support/majors.js";
import { testClock, testMigration } from "../support/migration.js";
import { onServer, serverUrl } from "../support/postgres.js";
import { cloudRole, evil } from "../support/reaching-release.js";

interface Login {
  /** Of the login, who is a member of the owner. */
  readonly attributes?: string;
  /** Statements of the superuser, with `login` and `owner` for the names. */
  readonly more?: string;
  /** The tables are the login's own, and no role is named. */
  readonly owns?: boolean;
  readonly from?: number;
  /** What says why nothing was executed; null where a lesser role executes. */
  readonly refused: (major: Major) => RegExp | null;
}

const REFUSED = (what: string) => () => new RegExp(`reaches beyond its databases \\(.*${what}`);

const cloud = (name: string): Login => ({
  more: `${cloudRole(name)}; grant ${name} to login`,
  refused: REFUSED(name),
});

/** Logins that are no superuser and reach beyond their databases. */
const LOGINS: Readonly<Record<string, Login>> = {
  "CREATEROLE, and may let others become the owner": {
    attributes: "createrole",
    more: "grant owner to login with admin option",
    refused: () => null,
  },
  "CREATEROLE, a mere member": {
    attributes: "createrole",
    refused: (major) => (Number(major) < 16 ? null : /CREATEROLE.*may not let a lesser role of its own become/),
  },
  "CREATEROLE, who owns the tables": { attributes: "createrole", owns: true, refused: () => null },
  "CREATEROLE and pg_execute_server_program, who owns the tables": {
    attributes: "createrole",
    more: "grant pg_execute_server_program to login",
    owns: true,
    refused: () => null,
  },
  REPLICATION: { attributes: "replication", refused: REFUSED("REPLICATION") },
  pg_execute_server_program: {
    more: "grant pg_execute_server_program to login",
    refused: REFUSED("pg_execute_server_program"),
  },
  pg_read_server_files: { more: "grant pg_read_server_files to login", refused: REFUSED("pg_read_server_files") },
  pg_write_server_files: { more: "grant pg_write_server_files to login", refused: REFUSED("pg_write_server_files") },
  pg_signal_backend: { more: "grant pg_signal_backend to login", refused: REFUSED("pg_signal_backend") },
  pg_create_subscription: {
    more: "grant pg_create_subscription to login",
    from: 16,
    refused: REFUSED("pg_create_subscription"),
  },
  pg_signal_autovacuum_worker: {
    more: "grant pg_signal_autovacuum_worker to login",
    from: 18,
    refused: REFUSED("pg_signal_autovacuum_worker"),
  },
  rds_superuser: cloud("rds_superuser"),
  rds_replication: cloud("rds_replication"),
  cloudsqlsuperuser: cloud("cloudsqlsuperuser"),
  cloudsqlreplica: cloud("cloudsqlreplica"),
  alloydbsuperuser: cloud("alloydbsuperuser"),
  azure_pg_admin: cloud("azure_pg_admin"),
  "a member of a member of rds_superuser": {
    more: `${cloudRole("rds_superuser")}; create role further_login; grant rds_superuser to further_login; grant further_login to login`,
    refused: REFUSED("rds_superuser"),
  },
  "a superuser's member": {
    more: "create role further_login superuser; grant further_login to login",
    refused: REFUSED("SUPERUSER"),
  },
  "a member of a role with REPLICATION": {
    more: "create role further_login replication; grant further_login to login",
    refused: REFUSED("REPLICATION"),
  },
  "a member of a role with CREATEROLE": {
    more: "create role further_login createrole; grant further_login to login",
    refused: REFUSED("CREATEROLE"),
  },
  "a member of a member of pg_execute_server_program": {
    more: "create role further_login; grant pg_execute_server_program to further_login; grant further_login to login",
    refused: REFUSED("pg_execute_server_program"),
  },
  "the owner is a member of pg_write_server_files": {
    more: "grant pg_write_server_files to owner",
    refused: REFUSED("pg_write_server_files"),
  },
  "the owner reaches, and the login makes roles": {
    attributes: "createrole",
    more: "grant owner to login with admin option; grant pg_signal_backend to owner",
    refused: REFUSED("pg_signal_backend"),
  },
};

const HARMLESS = "alter table t add column b int not null default 1; create view v as select length(upper('x')) from t";

beforeAll(() => loadParser());

describe.each(MAJORS)("a login that is not a superuser and reaches beyond its databases, on %s", (major) => {
  const folder = mkdtempSync(join(tmpdir(), "schema-gate-reaching-"));
  const file = join(folder, "outside");
  const victim = new pg.Client({ connectionString: serverUrl(major) });
  let backend = 0;

  beforeAll(async () => {
    victim.on("error", () => {});
    await victim.connect();
    backend = Number((await victim.query("select pg_backend_pid() as pid")).rows[0]?.pid);
  });
  afterAll(async () => {
    await victim.end().catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  });

  interface Made {
    readonly names: string;
    readonly database: string;
    prove(sql: string): Promise<Proof>;
  }

  /** The login and its tenant while the work is done. */
  async function withLogin(
    { attributes = "", more = "", owns = false }: Login,
    work: (made: Made) => Promise<void>,
  ): Promise<void> {
    const names = randomBytes(4).toString("hex");
    const [owner, login, database] = [`owner_${names}`, `login_${names}`, `reach_${names}`];
    await onServer(major, `create role ${owner}`);
    await onServer(major, `create role ${login} login createdb ${attributes} password 'x' in role ${owner}`);
    const named = more.replaceAll(/\bowner\b/g, owner).replaceAll(/\b(further_)?login\b/g, `$1${login}`);
    if (named) await onServer(major, named);
    const belongs = owns ? login : owner;
    await onServer(major, `create database ${database} owner ${belongs}`);
    const client = new pg.Client({ connectionString: serverUrl(major, database) });
    await client.connect();
    await client.query(
      `set role ${belongs}; create table t (id int primary key, a int); insert into t values (1, 1);
       alter default privileges grant select on tables to pg_monitor; alter default privileges revoke execute on functions from public;
       create schema app; alter default privileges in schema app grant select on tables to pg_monitor; create function app.f(int) returns int language sql immutable as 'select 1'`,
    );
    await client.end();
    const url = new URL(serverUrl(major, database));
    Object.assign(url, { username: login, password: "x" });
    const tenant: Tenant = {
      id: "t",
      group: null,
      host: "h",
      database,
      schema: null,
      ...(owns ? {} : { role: owner }),
    };
    const reached = pgDatabase({
      tenant: async () => ({ endpoint: endpointOf(url.toString()), replica: null }),
      staging: null,
    });
    const prove = (sql: string) =>
      proveOnClone({
        cluster: "c",
        migrations: [testMigration(sql)],
        schema: null,
        makeClone: (purpose) => reached.clone(tenant, `schema_gate_${names}_${purpose.replaceAll(/[^a-z]/g, "_")}`),
        difference: schemaDifference,
        settings: { lockTimeout: 2_000, statementTimeout: 20_000, concurrentTimeout: 20_000 },
        clock: testClock,
        thorough: false,
      });
    try {
      await work({ names, database, prove });
    } finally {
      await onServer(major, `drop database if exists ${database} with (force)`);
      await onServer(major, `drop role ${login}`);
      if (more.includes("further_login")) await onServer(major, `drop role further_${login}`);
      await onServer(major, `drop role ${owner}`);
    }
  }

  async function left(names: string): Promise<readonly unknown[]> {
    const { rows } = await onServer(
      major,
      `select datname as name from pg_database where datname like 'schema\\_gate\\_${names}%'
       union all select rolname from pg_roles where shobj_description(oid, 'pg_authid') like 'made by schema-gate%'
         and pg_has_role('login_${names}', oid, 'MEMBER')`,
    );
    return rows;
  }

  const there = Object.entries(LOGINS).filter(([, { from = 0 }]) => Number(major) >= from);

  it.each(there)(
    "%s: what a DO block tries stays on the clone, or it is not executed",
    async (_, login) => {
      await withLogin(login, async ({ names, prove }) => {
        const attack = `${evil(file, backend, `reached_${names}`)}; do $$ begin perform evil(1); end $$`;
        const outcome = await prove(attack).catch((error: unknown) => error);
        expect(String((outcome as Error).message ?? JSON.stringify(outcome))).not.toContain("OUTSIDE");
        const refused = login.refused(major);
        if (refused === null) expect(outcome).not.toBeInstanceOf(Error);
        else {
          expect(outcome).toBeInstanceOf(NotContained);
          expect((outcome as NotContained).message).toMatch(refused);
        }
        expect(existsSync(file)).toBe(false);
        const { rows } = await onServer(
          major,
          `select 1 from pg_roles where rolname = 'reached_${names}' union all
           select 1 where not exists (select from pg_stat_activity where pid = ${backend})`,
        );
        expect(rows).toEqual([]);
        expect(await left(names)).toEqual([]);
      });
    },
    60_000,
  );

  it.each(there)(
    "%s: plain statements are proved, and with the remedy the rest as well",
    async (_, login) => {
      await withLogin(login, async ({ names, prove }) => {
        const opaque = "do $$ begin perform 1; end $$; create function g() returns int language sql as 'select 1'";
        if (login.refused(major) !== null) {
          const plain = await prove(HARMLESS);
          expect(plain, JSON.stringify(plain.findings)).toMatchObject({ passed: true });
          const refused = await prove(opaque).catch((error: unknown) => error);
          const [remedy] = (refused as NotContained).remedy.split("   -- or: ");
          await onServer(major, remedy ?? "");
        }
        const proof = await prove(opaque);
        expect(proof, JSON.stringify(proof.findings)).toMatchObject({ passed: true });
        expect(await left(names)).toEqual([]);
      });
    },
    60_000,
  );
});
