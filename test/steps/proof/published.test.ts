import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const SETUP = `create table t (id int primary key, n int, v text); insert into t select g, g, 'x' from generate_series(1, 9) g;
  create table child (id serial primary key, t int references t on delete cascade); insert into child (t) select id from t;
  create table bare (a int, b text); insert into bare values (1, 'x'), (1, 'x'); alter table bare replica identity full;
  create publication everything for all tables;`;

const RELEASES: readonly string[] = [
  "update t set n = n + 1 where id < 5",
  "delete from t where id = 3",
  "insert into t values (99, 1, 'y')",
  "truncate t cascade",
  "alter table t alter n type text",
  "alter table t alter n type text using 'n' || n",
  "alter table t drop column n, drop column v",
  "drop table child",
  "update bare set b = 'z'; delete from bare where a = 1",
  "alter table t add column o int; update t set o = n, v = 'z'; alter table t alter o set not null",
  "merge into t using (select distinct a from bare) bare on false when not matched then insert values (bare.a + 100, 1, 'm')",
];

describe.each(MAJORS)("under a publication for all tables, on %s", (major) => {
  it.each(RELEASES)("%s", async (sql) => {
    const proof = await proveOnClones(major, SETUP, [testMigration(sql)]);
    expect(proof.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(proof.rollbacks).toMatchObject([{ verdict: expect.stringMatching(/exact|order/) }]);
    expect(proof.passed).toBe(true);
  });
});
