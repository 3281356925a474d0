import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseName } from "../../../lib/cli/commands/demo/tenants.js";
import { ended, TestFleet, until } from "../../support/fleet.js";

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await TestFleet.create(3);
}, 180_000);
afterAll(() => fleet.destroy());

/** Lists these besides the fleet's own. */
const list = (...more: string[]) => fleet.writeRegistry([...fleet.tenants, ...more]);
const provision = (...args: string[]) => fleet.run(["provision", ...args]);
const admin = <T extends pg.QueryResultRow>(sql: string) =>
  fleet.inTenant(fleet.tenants[0] ?? "", async (client) => (await client.query<T>(sql)).rows);
const databases = async () =>
  (await admin<{ name: string }>("select datname as name from pg_database order by 1")).map(({ name }) => name);

describe("a tenant with a database of its own", () => {
  it("gets what the fleet has, with its ledger, and is one of the fleet's cluster", async () => {
    list("zenith");
    const before = await databases();
    const made = await provision("zenith", "--json");
    expect(made.code, made.stderr).toBe(0);
    const output = JSON.parse(made.stdout);
    expect(output).toMatchObject({
      tenant: "zenith",
      database: databaseName("zenith"),
      outcome: "provisioned",
      migrations: ["20240101"],
      pending: ["20240115"],
      like: fleet.tenants,
      differences: [],
    });
    expect(await databases()).toEqual([...before, databaseName("zenith")].sort());
    const inspected = JSON.parse((await fleet.run(["inspect", "--json"])).stdout) as {
      clusters: { fingerprint: string; tenants: string[] }[];
    };
    expect(inspected.clusters.map(({ tenants }) => [...tenants].sort())).toEqual([[...fleet.tenants, "zenith"].sort()]);
    const ledger = "select version, checksum from schema_gate.ledger order by 1";
    const [own, others] = await Promise.all([
      fleet.inTenant("zenith", (client) => client.query(ledger)),
      fleet.inTenant(fleet.tenants[0] ?? "", (client) => client.query(ledger)),
    ]);
    expect(own.rows).toEqual(others.rows);
    const comment = `select shobj_description(oid, 'pg_database') as text from pg_database where datname = '${databaseName("zenith")}'`;
    expect(await admin(comment)).toEqual([{ text: null }]);
  }, 120_000);

  it("says what it made and what the fleet lacks", async () => {
    list("second");
    const made = await provision("second");
    expect(made.code, made.stderr).toBe(0);
    expect(made.stdout).toMatch(
      /^second: database \S+ on 127\.0\.0\.1:\d+, 1 migration up to 20240101; its schema is the declared one \(.+\)\n {2}Like .*, it lacks 20240115\. Next: schema-gate check\n$/,
    );
  }, 60_000);

  it("refuses a name that is taken, and a tenant that the registry does not list", async () => {
    const before = await databases();
    const again = await provision(fleet.tenants[0] ?? "");
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/the database \S+ on \S+ is there already\n {2}next: schema-gate inspect/);
    const unknown = await provision("nobody");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("the registry lists no tenant nobody");
    expect(await databases()).toEqual(before);
  }, 60_000);

  it("refuses while the tenants do not have the same migrations", async () => {
    list("third");
    const last = fleet.tenants.at(-1) ?? "";
    const versions = "select version from schema_gate.ledger";
    await fleet.inTenant(last, async (client) => {
      expect((await client.query(versions)).rowCount).toBe(1);
      await client.query("alter table schema_gate.ledger rename to aside");
    });
    const made = await provision("third");
    await fleet.inTenant(last, (client) => client.query("alter table schema_gate.aside rename to ledger"));
    expect(made.code, made.stderr).toBe(1);
    expect(made.stderr).toMatch(
      /third was not made: the tenants do not have the same migrations: \S+ lacks 1 migration, \S+ 2/,
    );
    expect(await databases()).not.toContain(databaseName("third"));
  }, 60_000);

  it("is refused while a rollout changes the fleet, and made after it", async () => {
    list("fourth");
    const locks = join(fleet.directory, ".schema-gate", "locks", "rollouts");
    mkdirSync(locks, { recursive: true });
    const url = `127.0.0.1:${fleet.server.port}/${databaseName(fleet.tenants[1] ?? "")}/`;
    const entry = { run: "20240115-093000-a1b2", since: "2024-01-15T09:30:00.000Z", pid: process.pid, tenants: [url] };
    writeFileSync(join(locks, "other.json"), JSON.stringify(entry));
    const busy = await provision("fourth");
    expect(busy.code).toBe(3);
    expect(busy.stderr).toContain("the run 20240115-093000-a1b2 has been changing tenants of this fleet since");
    writeFileSync(join(locks, "other.json"), JSON.stringify({ ...entry, pid: 2 ** 30 }));
    expect((await provision("fourth")).code).toBe(0);
    expect(readdirSync(locks).filter((name) => name.startsWith("provision"))).toEqual([]);
  }, 60_000);

  it("leaves nothing behind when it is killed, and is made the next time", async () => {
    list("fifth");
    const child = fleet.start(["provision", "fifth"]);
    const end = ended(child);
    await until(async () => (await databases()).some((name) => name.startsWith("schema_gate_new_")), "it is begun");
    child.kill("SIGKILL");
    await end;
    expect(await databases()).not.toContain(databaseName("fifth"));
    expect((await provision("fifth")).code).toBe(0);
    expect((await databases()).filter((name) => name.startsWith("schema_gate_new_"))).toEqual([]);
  }, 60_000);

  it("two at once are both made", async () => {
    list("sixth", "seventh");
    const made = await Promise.all([provision("sixth"), provision("seventh")]);
    expect(made.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ""],
      [0, ""],
    ]);
  }, 60_000);

  it("has the others' encoding, collation and rights of everybody", async () => {
    list("eighth");
    for (const tenant of fleet.tenants)
      await admin(`revoke connect, temporary on database "${databaseName(tenant)}" from public`);
    expect((await provision("eighth")).code).toBe(0);
    const of = (tenant: string) =>
      admin(
        `select encoding, datcollate, datctype, datlocprovider, datlocale,
           has_database_privilege('pg_read_all_data', oid, 'connect') as anybody from pg_database where datname = '${databaseName(tenant)}'`,
      );
    expect(await of("eighth")).toEqual(await of(fleet.tenants[0] ?? ""));
    expect(await of("eighth")).toMatchObject([{ anybody: false }]);
    for (const tenant of fleet.tenants)
      await admin(`grant connect, temporary on database "${databaseName(tenant)}" to public`);
  }, 60_000);

  it("belongs to the login, whoever the others belong to", async () => {
    list("owned");
    const [first = ""] = fleet.tenants;
    await admin(`create role of_another; alter database "${databaseName(first)}" owner to of_another`);
    try {
      expect((await provision("owned")).code).toBe(0);
      const owner = `select pg_get_userbyid(datdba)::text as owner from pg_database where datname = '${databaseName("owned")}'`;
      expect(await admin(owner)).toEqual([{ owner: "postgres" }]);
    } finally {
      await admin(`alter database "${databaseName(first)}" owner to postgres; drop role of_another`);
    }
  }, 60_000);

  it("a history that does not run leaves nothing, and says why", async () => {
    const folder = join(fleet.directory, "broken");
    mkdirSync(folder);
    writeFileSync(join(folder, "1_a.sql"), "CREATE TABLE a (id bigint PRIMARY KEY);\n");
    writeFileSync(join(folder, "2_b.sql"), "CREATE TABLE b (id bigint REFERENCES missing);\n");
    fleet.writeConfig({ migrations: "broken", registry: { file: "one.csv" } });
    writeFileSync(
      join(fleet.directory, "one.csv"),
      `id,url\nninth,postgres://postgres@127.0.0.1:${fleet.server.port}/ninth\n`,
    );
    const made = await provision("ninth");
    expect(made.code).toBe(3);
    expect(made.stderr).toMatch(/ninth was not made: relation "missing" does not exist \[42P01\]/);
    expect((await databases()).filter((name) => /ninth|^schema_gate_/.test(name))).toEqual([]);
    writeFileSync(join(folder, "2_b.sql"), "CREATE TABLE b (id bigint REFERENCES a);\n");
    expect((await provision("ninth")).stdout).toContain("ninth: database ninth on");
    fleet.writeConfig({});
  }, 60_000);
});

describe("with a template", () => {
  const templates = async () => (await databases()).filter((name) => name.startsWith("schema_gate_template_"));
  const outcomeOf = async (id: string) => {
    list(id);
    const made = await provision(id, "--json");
    expect(made.code, made.stderr).toBe(0);
    return JSON.parse(made.stdout) as { template: string; fingerprint: string };
  };
  beforeAll(() => fleet.writeConfig({ provision: { template: true } }));
  afterAll(() => fleet.writeConfig({}));

  it("keeps the first as the template, and copies the next", async () => {
    const first = await outcomeOf("warm-1");
    expect(first.template).toBe("kept");
    const [template = ""] = await templates();
    await expect(
      admin(`select 1 from pg_database where datname = '${template}' and not datallowconn`),
    ).resolves.toHaveLength(1);
    const second = await outcomeOf("warm-2");
    expect(second).toMatchObject({ template: "copied", fingerprint: first.fingerprint });
    const ledger = "select version from schema_gate.ledger";
    expect((await fleet.inTenant("warm-2", (client) => client.query(ledger))).rows).toEqual([{ version: "20240101" }]);
    expect(await templates()).toEqual([template]);
  }, 120_000);

  it("makes the tenant without it while somebody is connected to it, and leaves them alone", async () => {
    const [template = ""] = await templates();
    await admin(`alter database ${template} with allow_connections true`);
    const { Client } = (await import("pg")).default;
    const other = new Client({ connectionString: fleet.server.url(template) });
    await other.connect();
    try {
      list("warm-3");
      const made = await provision("warm-3");
      expect(made.code, made.stderr).toBe(0);
      expect(made.stderr).toBe("Somebody is connected to the template database, so it was made without it.\n");
      expect((await other.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    } finally {
      await other.end();
    }
    await admin(`alter database ${template} with allow_connections false`);
  }, 60_000);

  it("takes no database of another owner for its template, and leaves it", async () => {
    const [template = ""] = await templates();
    await admin(`create role of_another; alter database ${template} owner to of_another`);
    try {
      expect((await outcomeOf("warm-6")).template).toBe("not kept");
      expect(await templates()).toEqual([template]);
    } finally {
      await admin(`alter database ${template} owner to postgres; drop role of_another`);
    }
  }, 60_000);

  it("makes a template again that is not what it should be", async () => {
    const [template = ""] = await templates();
    await admin(`alter database ${template} with allow_connections true`);
    const { Client } = (await import("pg")).default;
    const other = new Client({ connectionString: fleet.server.url(template) });
    await other.connect();
    await other.query("create table app.planted (id int)");
    await other.end();
    await admin(`alter database ${template} with allow_connections false`);
    expect((await outcomeOf("warm-4")).template).toBe("kept");
    const planted = "select to_regclass('app.planted') as found";
    expect((await fleet.inTenant("warm-4", (client) => client.query(planted))).rows).toEqual([{ found: null }]);
    expect((await outcomeOf("warm-5")).template).toBe("copied");
    expect((await fleet.inTenant("warm-5", (client) => client.query(planted))).rows).toEqual([{ found: null }]);
  }, 120_000);
});

describe("a tenant that is a schema", () => {
  const BASELINE = `CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);
CREATE VIEW emails AS SELECT email FROM customers;
`;
  const INDEX = "CREATE INDEX CONCURRENTLY customers_email_idx ON customers (email);\n";
  const schemas = async () =>
    (await admin<{ name: string }>("select nspname as name from pg_namespace order by 1")).map(({ name }) => name);
  const registry = (...ids: string[]) => {
    const url = `postgres://postgres@127.0.0.1:${fleet.server.port}/${databaseName(fleet.tenants[0] ?? "")}`;
    writeFileSync(join(fleet.directory, "schemas.json"), JSON.stringify(ids.map((id) => ({ id, url, schema: id }))));
  };

  beforeAll(() => {
    const folder = join(fleet.directory, "shared");
    mkdirSync(folder);
    writeFileSync(join(folder, "1_baseline.sql"), BASELINE);
    writeFileSync(join(folder, "2_index.sql"), INDEX);
    fleet.writeConfig({ migrations: "shared", registry: { file: "schemas.json" } });
  });

  it("is made, and the next one like it", async () => {
    registry("acme");
    const first = await provision("acme", "--json");
    expect(first.code, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ schema: "acme", migrations: ["1", "2"], like: [] });
    registry("acme", "Globex Corp");
    const second = await provision("Globex Corp", "--json");
    expect(second.code, second.stderr).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({
      like: ["acme"],
      fingerprint: JSON.parse(first.stdout).fingerprint,
    });
    const inspected = JSON.parse((await fleet.run(["inspect", "--json"])).stdout) as {
      clusters: { tenants: string[] }[];
    };
    expect(inspected.clusters).toHaveLength(1);
    expect(
      await admin("select obj_description(oid, 'pg_namespace') as text from pg_namespace where nspname = 'acme'"),
    ).toEqual([{ text: null }]);
  }, 120_000);

  it("refuses a schema that is there", async () => {
    const again = await provision("acme");
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("the schema acme of database");
  }, 60_000);

  it("leaves nothing of one that cannot be made, and takes away what a killed process left", async () => {
    registry("acme", "Globex Corp", "hooli");
    await admin(
      "create schema hooli; create table hooli.half (id int); comment on schema hooli is 'being made by schema-gate provision'",
    );
    expect((await provision("hooli")).code).toBe(0);
    expect(
      await admin("select to_regclass('hooli.half') as half, to_regclass('hooli.customers') is null as none"),
    ).toEqual([{ half: null, none: false }]);
    registry("only");
    writeFileSync(join(fleet.directory, "shared", "3_reach.sql"), "ALTER TABLE acme.customers ADD COLUMN x int;\n");
    const before = await schemas();
    const reaching = await provision("only");
    expect(reaching.code, reaching.stderr).toBe(1);
    expect(reaching.stderr).toContain("only was not made:");
    expect(await schemas()).toEqual(before);
  }, 120_000);
});
