import { expect, it, onTestFinished } from "vitest";
import { schemaDifference } from "../../../lib/adapters/pg-delta/schema-difference.js";
import { executeEach } from "../../../lib/steps/migration/execute-each.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

it.each(["15", "18"] as const)("turns one schema into another on %s", async (major) => {
  const before = "create type mood as enum ('a'); create table t (id int primary key, m mood)";
  const { url } = await temporaryDatabase(major, before);
  const session = await testSession(url);
  const was = await schemaDifference.capture(session);
  await executeEach(
    session,
    "alter type mood add value 'b'; create view v as select m from t; alter table t add n int default 3",
  );
  const statements = schemaDifference.statements(await schemaDifference.capture(session), was);
  for (const sql of statements) await session.execute(sql);
  const again = await schemaDifference.capture(session);
  expect(schemaDifference.statements(again, was)).toEqual([]);
});

it.each(["15", "18"] as const)("leaves alone the roles that somebody else makes meanwhile, on %s", async (major) => {
  const { url, client } = await temporaryDatabase(major, "create table t (id int)");
  const session = await testSession(url);
  const [owner, reader, made] = ["owner", "reader", "made"].map((name) => `${name}_${new URL(url).pathname.slice(1)}`);
  await client.query(`create role ${owner}; create role ${reader}`);
  onTestFinished(async () => {
    await client.query(`drop owned by ${owner}, ${reader}; drop role ${owner}, ${reader}, ${made}`);
  });
  const was = await schemaDifference.capture(session);
  await client.query(`create role ${made} in role ${reader}; alter role ${owner} set work_mem = '8MB'`);
  await client.query(`alter table t owner to ${owner}; grant select on t to ${reader}`);
  const statements = schemaDifference.statements(await schemaDifference.capture(session), was);
  expect(statements.join("\n")).not.toMatch(/role/i);
  for (const sql of statements) await session.execute(sql);
  expect(
    await session.query("select pg_get_userbyid(relowner) = current_user as owned from pg_class where relname = 't'"),
  ).toEqual([{ owned: true }]);
});
