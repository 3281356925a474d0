import { beforeAll, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { identifier } from "../../../lib/core/sql/quote.js";
import { testMigration } from "../../support/migration.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

it.each(["o'brien", 'a"b', "cash$&1", "it's \\ here"])(
  "a tenant whose schema is %s is proved like any other",
  async (schema) => {
    const own = identifier(schema);
    const setup = `create schema ${own}; create table ${own}.t (id serial primary key, a text); insert into ${own}.t (a) values ('x'), ('y')`;
    const up = "alter table t drop column a; truncate t restart identity; create index i on t (id)";
    const proof = await proveOnClones("18", setup, [testMigration(up)], { schema });
    expect(proof.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(proof).toMatchObject({ passed: true, rollbacks: [{ verdict: "exact" }] });
  },
);

it.each(["o'brien", 'a"b', "cash$&1", "it's \\ here", "*/ x"])(
  "a tenant whose schema is %s narrows a column again without its triggers",
  async (schema) => {
    const own = identifier(schema);
    const setup = `create schema ${own}; create table ${own}.t (id serial primary key, n numeric(8,2) not null default 7);
      insert into ${own}.t (n) values (1), (2); create function ${own}.refuse() returns trigger language plpgsql as
      $$ begin raise 'refused'; end $$; create trigger z before update on ${own}.t for each row execute function ${own}.refuse()`;
    const proof = await proveOnClones("18", setup, [testMigration("alter table t alter n type numeric")], { schema });
    expect(proof.findings.filter(({ code }) => code.startsWith("rollback."))).toEqual([]);
    expect(proof).toMatchObject({ passed: true, rollbacks: [{ verdict: "exact" }] });
  },
);
