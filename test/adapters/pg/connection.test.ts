import { expect, it } from "vitest";
import { openSession } from "../../../lib/adapters/pg/connection.js";
import { endpointOf } from "../../../lib/adapters/pg/endpoint.js";
import { readFingerprint } from "../../../lib/steps/catalog/read-catalog.js";
import { type Major, temporaryDatabase } from "../../support/postgres.js";

const READ = { purpose: "read", statementTimeout: 10_000, lockTimeout: 1000 } as const;

/** A tenant that puts functions of its own before PostgreSQL's. */
const TRAP = `
create schema trap;
create table trap.called (by text);
create function trap.left(text, int) returns text language sql as $$ select 'hijacked' $$;
create function trap.format_type(oid, int) returns text language sql as $$ select 'hijacked' $$;
create function trap.set_config(text, text, boolean) returns text language sql as $$ select 'hijacked' $$;
create table public.t (a int);`;

it.each<Major>(["15", "18"])(
  "a read session calls pg_catalog's functions whatever the tenant's search_path says (%s)",
  async (major) => {
    const database = await temporaryDatabase(major, TRAP);
    const plain = await openSession(endpointOf(database.url), READ);
    const before = await readFingerprint(plain, null);
    await plain.close();
    await database.client.query(
      `alter role current_user in database "${database.name}" set search_path = trap, pg_catalog, public`,
    );
    const session = await openSession(endpointOf(database.url), READ);
    const [row] = await session.query(
      "select left('abc', 1) as letter, current_setting('default_transaction_read_only') as read_only",
    );
    expect(row).toEqual({ letter: "a", read_only: "on" });
    const after = await readFingerprint(session, null);
    await session.close();
    const types = after.catalog.objects
      .filter((object) => object.kind === "column")
      .map((object) => object.attributes.type);
    expect(types).toContain("integer");
    expect(types).not.toContain("hijacked");
    expect(before.catalog.objects.length).toBeGreaterThan(0);
  },
);

it("a session opens where the search_path is empty", async () => {
  const database = await temporaryDatabase("18");
  await database.client.query(`alter role current_user in database "${database.name}" set search_path = ''`);
  const session = await openSession(endpointOf(database.url), READ);
  const asked = "select current_setting('search_path') as path";
  expect(await session.query(asked)).toEqual([{ path: "pg_catalog, pg_temp" }]);
  expect(await session.execute(asked)).toEqual([{ path: '""' }]);
  await session.close();
});

it("a read session cannot write", async () => {
  const database = await temporaryDatabase("18", "create table t (a int)");
  const session = await openSession(endpointOf(database.url), READ);
  await expect(session.query("insert into public.t values (1)")).rejects.toMatchObject({ code: "25006" });
  await session.close();
});

it.each(["read", "write"] as const)("a session that may %s compiles no query of ours", async (purpose) => {
  const database = await temporaryDatabase("18");
  await database.client.query(`alter database "${database.name}" set jit = on`);
  const session = await openSession(endpointOf(database.url), { ...READ, purpose });
  expect(await session.query("select current_setting('jit') as jit")).toEqual([{ jit: "off" }]);
  await session.close();
});
