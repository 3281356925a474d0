import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { MAJORS, type Major } from "../support/majors.js";
import { onServer } from "../support/postgres.js";
import { type RecordedCall, recordedCalls, recorder } from "../support/recorded-calls.js";
import { RoleFleet } from "../support/role-fleet.js";

/** What a tenant attaches to a table that releases change, or leaves where one of our names leads. */
const PLANTED: Readonly<Record<string, string>> = {
  "an index on an expression": "create index on customers (rec('an index on an expression', length(email)))",
  "an index on a constant expression": "create index on customers ((rec('an index on a constant expression', 1)))",
  "the predicate of an index": "create index on customers (plan) where rec('the predicate of an index', 1) = 1",
  "the key of an exclusion":
    "alter table customers add exclude using btree ((rec('the key of an exclusion', id::int)) with =)",
  "a CHECK": "alter table customers add check (rec('a CHECK', 1) = 1)",
  "a generated column":
    "alter table customers add g int generated always as (rec('a generated column', length(email))) stored",
  "a default": "alter table customers add d int default rec('a default', 1)",
  "a domain's CHECK":
    "create domain positive as int check (rec('a domain''s CHECK', value) > 0); alter table customers add p positive default 1",
  "a domain's default":
    "create domain given as int default rec('a domain''s default', 2); alter table customers add q given",
  "a row trigger":
    "create trigger a before insert or update or delete on customers for each row execute function rec_row('a row trigger')",
  "a trigger of statements":
    "create trigger b after insert or update or delete or truncate on customers for each statement execute function rec_row('a trigger of statements')",
  "a deferred trigger":
    "create constraint trigger c after insert or update on customers deferrable initially deferred for each row execute function rec_row('a deferred trigger')",
  "a trigger's condition":
    "create trigger w before update on customers for each row when (rec('a trigger''s condition', 1) = 1) execute function rec_row('behind a condition')",
  "a rule": "create rule r as on update to customers do also select rec('a rule', 1)",
  "a policy":
    "create policy p on customers using (rec('a policy', 1) = 1); alter table customers enable row level security",
  "statistics on an expression":
    "create statistics s on (rec('statistics on an expression', length(email))), plan from customers",
  "a cast": `create type feeling as enum ('x'); create function rec_cast(feeling) returns text language sql immutable as $$ select pg_catalog.left('x', public.rec('a cast', 1)) $$;
    create cast (feeling as text) with function rec_cast(feeling) as implicit; alter table customers add f feeling default 'x'`,
  "a partition's key": `create table parts (a int) partition by list (rec('a partition''s key', a)); create table parts_all partition of parts default;
    insert into parts values (1)`,
  "a CHECK of a child": "create table child (check (rec('a CHECK of a child', 1) = 1)) inherits (customers)",
  "views under the catalog's names": [
    "pg_class",
    "pg_namespace",
    "pg_roles",
    "pg_settings",
    "pg_proc",
    "pg_database",
    "pg_stat_activity",
    "pg_locks",
  ]
    .map(
      (name) =>
        `create view public.${name} as select c.*, rec('the view ${name}', 1) as planted from pg_catalog.${name} c`,
    )
    .join("; "),
  "views under the names of ledgers": [
    "schema_migrations",
    "_sqlx_migrations",
    "flyway_schema_history",
    "schema_gate_ledger",
    "seaql_migrations",
    "alembic_version",
  ]
    .map((name) => `create view public.${name} as select rec('the view ${name}', 1) as version`)
    .join("; "),
  "a materialized view": "create materialized view m as select rec('a materialized view', 1) as a",
  "a view": "create view v as select *, rec('a view', 1) as seen from customers",
  "an aggregate": `create function rec_sum(int, int) returns int language sql immutable as $$ select public.rec('an aggregate', $2) $$;
    create aggregate total(int) (sfunc = rec_sum, stype = int, initcond = '0')`,
  "a range's difference": `create function rec_diff(float8, float8) returns float8 language sql immutable as $$ select public.rec('a range''s difference', 1)::float8 $$;
    create type spans as range (subtype = float8, subtype_diff = rec_diff); alter table customers add span spans default '[1,2)'`,
};

/** What the database and the roles set: our names are looked for among the tenant's own first. */
const SETTINGS = [
  "alter database tenant set search_path = public, pg_catalog",
  "alter role login in database tenant set search_path = public, pg_catalog",
  "alter role login set search_path = public, pg_catalog",
  "alter database tenant set standard_conforming_strings = off",
  "alter database tenant set check_function_bodies = off",
];

const RELEASE: Readonly<Record<string, string>> = {
  "20240201_orders.sql":
    "CREATE TABLE public.orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer bigint);\n",
  "20240202_notes.sql": "UPDATE public.customers SET note = 'seen' WHERE id < 5;\n",
};

/** Each asks something about the rows of a table that code of others is attached to. */
const ASKING = "ALTER TABLE public.customers ALTER COLUMN note SET NOT NULL;\n";

/** Who signs in, and what the config says of it. */
const LOGINS = {
  "a superuser": { attributes: "superuser", why: { superuser: "a fleet of the tests alone" } },
  "a member of the owner": { attributes: "createdb", why: {} },
} as const;
type Login = keyof typeof LOGINS;

/** A fleet of two, the first of which has planted everything. Functions belong to a third role, tables to the tenants' owner. */
class PlantedFleet {
  readonly mark = `mark_${randomBytes(6).toString("hex")}`;
  private readonly mallory: string;

  private constructor(
    readonly fleet: RoleFleet,
    private readonly login: Login,
  ) {
    this.mallory = `mallory_${fleet.names}`;
  }

  static async make(major: Major, login: Login): Promise<PlantedFleet> {
    const planted = new PlantedFleet(
      await RoleFleet.create(major, { databases: 2, attributes: LOGINS[login].attributes }),
      login,
    );
    await planted.plant();
    return planted;
  }

  get tenant(): string {
    return this.fleet.databases[0] ?? "";
  }

  private async plant(): Promise<void> {
    const { fleet, mallory, tenant } = this;
    await onServer(fleet.major, `create role ${mallory}`);
    await fleet.inDatabase(tenant, async (client) => {
      await client.query(`set role ${fleet.owner}; ${recorder(this.mark)}`);
      for (const sql of Object.values(PLANTED)) await client.query(sql);
      await client.query(`reset role; do $$ declare f regprocedure; begin
        for f in select oid from pg_proc where pronamespace = 'public'::regnamespace and proname like 'rec%' and prokind = 'f' loop
          execute format('alter function %s owner to ${mallory}', f); end loop; end $$`);
    });
    for (const set of SETTINGS)
      await onServer(fleet.major, set.replace("tenant", tenant).replace("login", fleet.login));
    this.configure(LOGINS[this.login].why);
    for (const [file, sql] of Object.entries(RELEASE)) fleet.release(file, sql);
    writeFileSync(join(fleet.directory, "queries.sql"), "SELECT email, plan FROM customers WHERE id = $1;\n");
  }

  configure(connection: Readonly<Record<string, string>>): void {
    this.fleet.config({
      connection: { role: this.fleet.owner, ...connection },
      convention: "plain",
      thresholds: { ask: 0, quorum: 1, block: 1 },
      drift: { allow: [{ object: "*", reason: "planted", expires: "2099-01-01" }] },
    });
  }

  async passes(code: number, ...argv: readonly string[]): Promise<string> {
    const { code: ended, stdout, stderr } = await this.fleet.command(argv);
    const text = `${argv.join(" ")}: ${ended}\n${stdout}\n${stderr}`;
    expect(ended, text).toBe(code);
    return text;
  }

  /** Of the planted functions, since they were planted; as whom, and in which query. */
  calls(): Promise<readonly RecordedCall[]> {
    return recordedCalls(this.fleet.major, this.mark);
  }

  async destroy(): Promise<void> {
    await this.fleet.destroy();
    await onServer(this.fleet.major, `drop role ${this.mallory}`);
  }
}

let planted: PlantedFleet | null = null;
afterEach(async () => {
  await planted?.destroy();
  planted = null;
});

const CASES = MAJORS.flatMap((major) => (Object.keys(LOGINS) as Login[]).map((login) => ({ major, login })));

describe.each(CASES)("a day of a tenant that has planted everything, on $major", ({ major, login }) => {
  it(`calls nothing as the gate where ${login} signs in`, async () => {
    planted = await PlantedFleet.make(major, login);
    const { fleet, tenant } = planted;
    const before = (await planted.calls()).length;
    const url = fleet.urlOf(tenant);
    await fleet.inDatabase(tenant, (client) => client.query("drop schema schema_gate cascade"));
    await planted.passes(0, "adopt", "--to", "20240101", "--yes");
    await planted.passes(0, "doctor", "--all");
    await planted.passes(1, "inspect", "--fresh");
    await planted.passes(1, "watch");
    if (login === "a superuser") {
      planted.configure({});
      expect(await planted.passes(1, "check", "--fresh")).toContain("dry-run.others-code");
      planted.configure(LOGINS[login].why);
    }
    await planted.passes(0, "check", "--fresh");
    await planted.passes(4, "run", "--no-wait");
    await planted.passes(0, "approve");
    await planted.passes(0, "resume");
    await planted.passes(0, "status", "--fleet");
    await planted.passes(0, "watch");
    await planted.passes(0, "kept", "list");
    await planted.passes(1, "diff", url, fleet.urlOf(fleet.databases[1] ?? ""));
    await planted.passes(0, "workload", "show", "--statistics");
    await planted.passes(
      0,
      ...["queries", "--release", "migrations", "--sql", "queries.sql", "--url", url, "--last", "2"],
    );
    await planted.passes(0, "rollback", "--yes");
    fleet.release("20240203_asking.sql", ASKING);
    expect(await planted.passes(1, "check", "--fresh")).toMatch(/could not be determined: It would run public\.rec/);
    const calls = (await planted.calls()).slice(before);
    // Nothing would be seen of a recorder that notes nothing: the release itself calls it, as the owner.
    expect(calls.map(({ place }) => place)).toEqual(expect.arrayContaining(["a row trigger", "a CHECK", "a rule"]));
    expect(calls.filter(({ user }) => user !== fleet.owner)).toEqual([]);
  }, 600_000);

  it(`calls no event trigger as the gate where ${login} signs in`, async () => {
    planted = await PlantedFleet.make(major, login);
    const { fleet, tenant } = planted;
    await fleet.inDatabase(tenant, async (client) => {
      for (const event of ["ddl_command_start", "ddl_command_end", "sql_drop", "table_rewrite"])
        await client.query(
          `create event trigger ${event} on ${event} execute function rec_event(); alter event trigger ${event} enable always`,
        );
    });
    const before = (await planted.calls()).length;
    for (const argv of [
      ["doctor", "--all"],
      ["inspect", "--fresh"],
      ["watch"],
      ["check", "--fresh"],
      ["run", "--no-wait"],
    ])
      await fleet.command(argv);
    expect(await planted.passes(1, "check", "--fresh")).toContain("event trigger ddl_command_end, whose function");
    expect((await planted.calls()).slice(before).filter(({ user }) => user !== fleet.owner)).toEqual([]);
  }, 600_000);
});
