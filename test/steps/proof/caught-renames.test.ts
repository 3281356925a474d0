import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const SETUP = `create type mood as enum ('sad', 'ok'); create type part as (a int);
  create table t (id int primary key, a text, m mood not null default 'sad', constraint positive check (id > 0));
  insert into t values (1, 'x', 'ok'), (2, 'y', 'sad'); create index by_a on t (a); create sequence s; create view v as select id from t;
  create function f() returns int language sql as 'select 1';
  create function tf() returns trigger language plpgsql as $$ begin return new; end $$;
  create trigger g before update on t for each row execute function tf(); create policy p on t using (true)`;

const caught = (sql: string, condition = "others") => `begin ${sql}; exception when ${condition} then null; end`;
const LABEL =
  "select 1 from pg_enum e join pg_type y on y.oid = e.enumtypid where y.typname = 'mood' and e.enumlabel =";

const BACK: Readonly<Record<string, string>> = {
  "a renamed value": caught("alter type mood rename value 'ok' to 'fine'", "invalid_parameter_value"),
  "a renamed value, whatever fails": caught("alter type mood rename value 'ok' to 'fine'"),
  "a value that is not there": `${caught("alter type mood rename value 'nope' to 'fine'")}; alter table t add z int`,
  "a value whose new name is taken": `${caught("alter type mood rename value 'ok' to 'sad'")}; alter table t add z int`,
  "two values that change places": `${caught("alter type mood rename value 'ok' to 'x'")}; ${caught("alter type mood rename value 'sad' to 'ok'")}; ${caught("alter type mood rename value 'x' to 'sad'")}`,
  "a value, and then not again": `${caught("alter type mood rename value 'ok' to 'fine'")}; ${caught("alter type mood rename value 'ok' to 'good'")}`,
  "a value behind a condition of the catalogs": `if exists (${LABEL} 'ok') and not exists (${LABEL} 'fine') then alter type mood rename value 'ok' to 'fine'; end if`,
  "a value behind a condition that does not hold": `if exists (${LABEL} 'nope') then alter type mood rename value 'nope' to 'fine'; end if; alter table t add z int`,
  "a condition within the block": caught(
    `if exists (${LABEL} 'ok') then alter type mood rename value 'ok' to 'fine'; end if`,
  ),
  "a new value": caught("alter type mood add value 'new'", "duplicate_object"),
  "a new value, whatever fails": caught("alter type mood add value 'new' before 'ok'"),
  "a value that is there already": `${caught("alter type mood add value 'ok'")}; alter table t add z int`,
  "a new value behind a condition of the catalogs": `if not exists (${LABEL} 'new') then alter type mood add value 'new'; end if`,
  "a renamed column": caught("alter table t rename column a to b"),
  "a column that is not there": `${caught("alter table t rename column nope to b")}; alter table t add z int`,
  "a column whose new name is taken": `${caught("alter table t rename column a to id")}; alter table t add z int`,
  "a renamed table": caught("alter table t rename to u"),
  "a renamed constraint": caught("alter table t rename constraint positive to above"),
  "a constraint that is not there": `${caught("alter table t rename constraint nope to above")}; alter table t add z int`,
  "a renamed index": caught("alter index by_a rename to over_a"),
  "a renamed type": caught("alter type mood rename to feeling"),
  "a renamed attribute": caught("alter type part rename attribute a to b"),
  "a renamed sequence": caught("alter sequence s rename to s2"),
  "a renamed view": caught("alter view v rename to w"),
  "a renamed function": caught("alter function f() rename to g"),
  "a renamed trigger": caught("alter trigger g on t rename to h"),
  "a renamed policy": caught("alter policy p on t rename to q"),
  "several names in one block, the last of them refused": `${caught("alter table t rename column a to b; alter table t rename constraint nope to above")}; alter table t add z int`,
  "several names in one block": caught(
    "alter table t rename column a to b; alter type mood rename value 'ok' to 'fine'",
  ),
};

describe.each(MAJORS)("a block that passes over errors comes back on %s, with", (major) => {
  it.each(Object.entries(BACK))("%s", async (_, body) => {
    const proof = await proveOnClones(major, SETUP, [testMigration(`do $$ begin ${body}; end $$`)], {
      thorough: false,
    });
    expect(proof.rollbacks[0]?.trials).toMatchObject([{ source: "inverse", verdict: "exact" }]);
    expect(proof.passed).toBe(true);
  });
});

/** Whether these run depends on rows, so that the clone does not tell it for every tenant. */
const UNKNOWN: Readonly<Record<string, string>> = {
  "rows beside a name": caught("alter table t rename column a to b; update t set b = b || '!'"),
  "a constraint beside a name": caught("alter table t rename column a to b; alter table t add constraint k unique (b)"),
  "a condition of rows":
    "if exists (select from t where a = 'x') then alter type mood rename value 'ok' to 'fine'; end if",
  "a condition of rows within the block": caught(
    "if 1 / (select count(*) from t) = 0 then alter type mood rename value 'ok' to 'fine'; end if",
  ),
  "a condition of a variable":
    "declare x bool := random() < 2; begin if x then alter type mood rename value 'ok' to 'fine'; end if; end",
  "a condition of statistics":
    "if exists (select from pg_class where relname = 't' and reltuples < 5) then alter type mood rename value 'ok' to 'fine'; end if",
};

describe("a block whose statements rows may keep from running", () => {
  it.each(Object.entries(UNKNOWN))("is not known to run: %s", async (_, body) => {
    const proof = await proveOnClones("18", SETUP, [testMigration(`do $$ begin ${body}; end $$`)], {
      thorough: false,
      difference: null,
    });
    expect(proof.rollbacks[0]?.trials[0]).toMatchObject({ source: "inverse", verdict: "none" });
  });
});
