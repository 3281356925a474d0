import { beforeAll, describe, expect, it } from "vitest";
import { schemaDifference } from "../../../lib/adapters/pg-delta/schema-difference.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { proveOnClone } from "../../../lib/steps/proof/prove-on-clone.js";
import { cloning } from "../../support/clones.js";
import { testClock, testMigration } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";

beforeAll(() => loadParser());

const SETUP = `
  create type mood as enum ('low', 'high');
  create table felt (id int primary key, state mood not null, name text);
  insert into felt values (1, 'low', 'a'), (2, 'high', 'b'), (3, 'high', null);
  create function touch() returns trigger language plpgsql as 'begin new.name := new.name || ''!''; return new; end';
  create trigger touched before update on felt for each row execute function touch();
`;

/** What a later statement does to what an earlier one made. */
const MIGRATIONS = [
  [
    "a temporary table that it drops again",
    "create temporary table passing as select id from felt; update felt set name = 'z'; drop table passing",
  ],
  ["a temporary table that it leaves", "create temporary table passing as select id from felt"],
  ["values of a column of its own, on a table with a trigger", "alter table felt add at int; update felt set at = id"],
  [
    "an enum in the place of another, with a value renamed afterwards",
    `alter type mood rename to mood_; create type mood as enum ('low', 'mid');
     alter table felt alter state type mood using (case state::text when 'high' then 'mid' else 'low' end)::mood;
     drop type mood_; alter type mood rename value 'mid' to 'middle'; update felt set state = 'low' where id = 2`,
  ],
] as const;

describe.each(["15", "18"] as const)("an enum's value, on %s", (major) => {
  it("goes again from under a trigger that names the enum's column", async () => {
    const { name, client } = await temporaryDatabase(
      major,
      `${SETUP} create trigger watched before update of state on felt for each row execute function touch();
       comment on trigger watched on felt is 'kept'; alter table felt disable trigger touched`,
    );
    await client.end();
    const { makeClone, left } = cloning(major, name);
    const proof = await proveOnClone({
      cluster: "c",
      migrations: [testMigration("alter type mood add value 'mid' before 'high'")],
      schema: null,
      makeClone,
      difference: schemaDifference,
      settings: { lockTimeout: 2_000, statementTimeout: 10_000, concurrentTimeout: 10_000 },
      clock: testClock,
      thorough: false,
    });
    expect([...left]).toEqual([]);
    expect(proof.rollbacks[0]).toMatchObject({ verdict: "exact", candidate: { source: "inverse" } });
    expect(proof.upAgain).toBe(true);
  });
});

describe.each(["15", "18"] as const)("a migration that makes, on %s", (major) => {
  it.each(MIGRATIONS)("%s", async (_, sql) => {
    const { name, client } = await temporaryDatabase(major, SETUP);
    await client.end();
    const { makeClone, left } = cloning(major, name);
    const proof = await proveOnClone({
      cluster: "c",
      migrations: [testMigration(sql)],
      schema: null,
      makeClone,
      difference: null,
      settings: { lockTimeout: 2_000, statementTimeout: 10_000, concurrentTimeout: 10_000 },
      clock: testClock,
      thorough: false,
    });
    expect([...left]).toEqual([]);
    const [rollback] = proof.rollbacks;
    expect(rollback?.trials).toMatchObject([{ source: "inverse", verdict: "exact" }]);
    expect(proof.upAgain).toBe(true);
  });
});
