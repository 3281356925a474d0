import { expect, it } from "vitest";
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
