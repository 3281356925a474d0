import { randomUUID } from "node:crypto";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readState } from "../../../lib/steps/proof/state.js";
import { onServer, temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";
import { upAndBack } from "../../support/up-and-back.js";

beforeAll(() => loadParser());

/** A table whose owner sees one of its two rows. */
async function ownerOfHiddenRows() {
  const role = `owner_${randomUUID().replaceAll("-", "")}`;
  const { url, client, name } = await temporaryDatabase(
    "18",
    "create table t (id int primary key, a text); insert into t values (1, 'x'), (2, 'y')",
  );
  await onServer("18", `create role ${role} login password '${role}'`);
  onTestFinished(async () => {
    await client.query(`drop owned by ${role} cascade; drop role ${role}`);
  });
  await client.query(`grant create on database ${name} to ${role}; grant create on schema public to ${role};
    alter table t owner to ${role}; alter table t enable row level security; alter table t force row level security;
    create policy visible on t using (id = 1)`);
  const own = new URL(url);
  own.username = role;
  own.password = role;
  return { session: await testSession(own.href), client };
}

const SEEN = /would be affected by row-level security policy/;

it("keeps every row aside, or stops before any is gone", async () => {
  const { session, client } = await ownerOfHiddenRows();
  const migration = await upAndBack(session, "drop table t");
  await expect(migration.up()).rejects.toThrow(SEEN);
  expect((await client.query("select id from t order by id")).rows).toEqual([{ id: 1 }, { id: 2 }]);
});

it("puts every row back, or stops before any is changed", async () => {
  const { session, client } = await ownerOfHiddenRows();
  await client.query("alter table t no force row level security");
  const migration = await upAndBack(session, "update t set a = upper(a)");
  await migration.up();
  await client.query("alter table t force row level security");
  await expect(migration.back()).rejects.toThrow(SEEN);
  expect((await client.query("select a from t order by id")).rows).toEqual([{ a: "X" }, { a: "Y" }]);
  await client.query("alter table t no force row level security");
  await migration.back();
  expect((await client.query("select a from t order by id")).rows).toEqual([{ a: "x" }, { a: "y" }]);
});

it("compares no state when it does not see every row", async () => {
  const { session } = await ownerOfHiddenRows();
  await expect(readState(session, null)).rejects.toThrow(SEEN);
});
