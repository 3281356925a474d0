import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openSession } from "../../../lib/adapters/pg/connection.js";
import { rightsNeeded } from "../../../lib/core/queries/rights-needed.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { lackingRights } from "../../../lib/steps/queries/lacking-rights.js";
import { MAJORS } from "../../support/majors.js";
import { onServer, serverUrl, temporaryDatabase } from "../../support/postgres.js";

beforeAll(loadParser);

it.each([
  ["select a from t", ["select t"]],
  ["with t as (select 1) select * from t join s.t on true", ["select s.t"]],
  ["insert into t (a) select a from u", ["insert t", "select u"]],
  ["update t set a = 1 from u where u.a = t.a", ["update t", "select u"]],
  ["with d as (delete from t returning a) insert into u select a from d", ["insert u", "delete t"]],
  ["merge into t using u on t.a = u.a when matched then delete", ["select u"]],
  ["no sql", []],
])("%s needs %j", (text, rights) => {
  expect(rightsNeeded(text).map(({ right, relation }) => `${right} ${relation.replaceAll('"', "")}`)).toEqual(rights);
});

describe.each(MAJORS)("rights of a role that the session may not become, on %s", (major) => {
  it("names the relation that it lacks a right on", async () => {
    const role = `lacking_${major}_${process.pid}`;
    await onServer(major, `create role ${role}`);
    onTestFinished(async () => void (await onServer(major, `drop role ${role}`)));
    const { name, client } = await temporaryDatabase(
      major,
      `create table a (x int, y int); create table b (x int); create schema s; create table s.c (x int);
       grant select (x), update on a to ${role}; grant select on s.c to ${role};`,
    );
    await client.end();
    const { hostname, port, username, password } = new URL(serverUrl(major, name));
    const session = await openSession(
      { host: hostname, port: Number(port), database: name, user: username, password, tls: false },
      { purpose: "read", statementTimeout: 20_000, lockTimeout: 2_000 },
    );
    const texts = [
      "select x from a",
      "update a set x = 1",
      "insert into a values (1)",
      "select x from b",
      "select x from s.c",
      "select * from ghost",
    ];
    const queries = texts.map((text) => ({ text }));
    const lacking = await lackingRights(session, role, queries);
    expect(queries.map((query) => lacking.get(query) ?? null)).toEqual([null, null, "a", "b", "c", null]);
    expect(await lackingRights(session, "nobody_is_called_so", queries)).toEqual(new Map());
    await session.close();
  });
});
