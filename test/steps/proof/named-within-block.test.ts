import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { proveOnClone } from "../../../lib/steps/proof/prove-on-clone.js";
import { cloning } from "../../support/clones.js";
import { MAJORS } from "../../support/majors.js";
import { testClock, testMigration } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";

beforeAll(() => loadParser());

const SETUP = `create table t (id int primary key, a varchar(20), b int not null default 3, c text);
  insert into t values (1, 'x', 2, '7'), (2, null, 5, '8');
  create table u (id int primary key, t_id int references t); insert into u values (1, 1)`;
const has = (column: string, not = "") =>
  `if ${not} exists (select 1 from information_schema.columns where table_name = 't' and column_name = '${column}')`;

/** Blocks in which something gets another name, or that pass over an error: none of them could be taken back. */
const BODIES: Readonly<Record<string, string>> = {
  "a type behind a rename": "alter table t rename column a to a2; alter table t alter a2 type text",
  "a type with its own expression behind a rename":
    "alter table t rename column c to c2; alter table t alter c2 type int using c2::int + 1",
  "IF NOT EXISTS behind a rename": `alter table t rename column a to a2; ${has("a", "not")} then alter table t add a text; end if`,
  "IF EXISTS behind a rename": `alter table t rename column a to a2; ${has("a2")} then alter table t alter a2 set default 'q'; end if`,
  "ADD COLUMN IF NOT EXISTS behind a rename":
    "alter table t rename column a to a2; alter table t add column if not exists a int",
  "both arms of an IF": `${has("a")} then alter table t rename column a to a2; else alter table t add a2 text; end if; alter table t alter a2 type text`,
  "a column behind the rename of its table":
    "alter table t rename to t2; alter table t2 add z int; alter table t2 alter a type text",
  "a dropped column behind the rename of its table": "alter table t rename to t2; alter table t2 drop c",
  "rows behind the rename of their table":
    "alter table t rename to t2; update t2 set b = b + 1; delete from t2 where id = 2",
  "rows behind the rename of a column": "alter table t rename column b to b2; update t set b2 = b2 + 1",
  "rows behind a swap of two columns":
    "alter table t rename column a to x; alter table t rename column c to a; alter table t rename column x to c; update t set a = 'new'",
  "a dropped column behind its rename": "alter table t rename column c to c2; alter table t drop c2",
  "a dropped constraint behind its rename":
    "alter table u rename constraint u_t_id_fkey to fk; alter table u drop constraint fk",
  "NOT NULL and a default that go behind a rename":
    "alter table t alter b drop not null; alter table t rename b to b2; alter table t alter b2 drop default",
  "a loop over tables": `for i in 1..1 loop alter table t rename to t2; alter table u rename to u2; end loop; alter table t2 add z int; alter table u2 alter t_id type bigint`,
  "another schema": "create schema s; alter table t set schema s; alter table s.t add z int; update s.t set b = 9",
  "a handler of what the schema forbids":
    "begin alter table t alter a type text, alter c type varchar(100); exception when sqlstate '0A000' or dependent_objects_still_exist then raise notice 'x'; end",
  "a handler of a column that is not there":
    "begin alter table t rename column a to a2; exception when undefined_column then null; end",
  "a handler that is needed":
    "begin alter table t rename column nope to a2; exception when undefined_column then null; end; alter table t add z int",
  "a handler whose block does nothing":
    "begin alter table t add constraint k check (nope > 0); exception when undefined_column then null; end; begin alter table t drop c; exception when sqlstate '42703' then null; end",
};

describe.each(MAJORS)("one DO block comes back exactly on %s, with", (major) => {
  it.each(Object.entries(BODIES))("%s", async (_, body) => {
    const { name, client } = await temporaryDatabase(major, SETUP);
    await client.end();
    const { makeClone, left } = cloning(major, name);
    const proof = await proveOnClone({
      cluster: "c",
      migrations: [testMigration(`do $$ begin ${body}; end $$`)],
      schema: null,
      makeClone,
      difference: null,
      settings: { lockTimeout: 2_000, statementTimeout: 10_000, concurrentTimeout: 10_000 },
      clock: testClock,
      thorough: false,
    });
    expect([...left]).toEqual([]);
    expect(proof.rollbacks[0]?.trials).toMatchObject([
      { source: "inverse", verdict: expect.stringMatching(/exact|order/) },
    ]);
    expect(proof.upAgain).toBe(true);
  });
});

describe("a block that passes over an error of the rows", () => {
  it.each(["others", "check_violation", "unique_violation or undefined_column", "insufficient_privilege"])(
    "is not known to run where it catches %s",
    async (condition) => {
      const { name, client } = await temporaryDatabase("18", SETUP);
      await client.end();
      const { makeClone } = cloning("18", name);
      const proof = await proveOnClone({
        cluster: "c",
        migrations: [
          testMigration(`do $$ begin alter table t alter a type text; exception when ${condition} then null; end $$`),
        ],
        schema: null,
        makeClone,
        difference: null,
        settings: { lockTimeout: 2_000, statementTimeout: 10_000, concurrentTimeout: 10_000 },
        clock: testClock,
        thorough: false,
      });
      expect(proof.rollbacks[0]?.candidate).toBeFalsy();
    },
  );
});
