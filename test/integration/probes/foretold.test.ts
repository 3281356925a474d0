import { describe, expect, it } from "vitest";
import { MAJORS } from "../../support/majors.js";
import { probed } from "./probing.js";

const T = "create table t (id int primary key, a int, b int, c text);";

interface Case {
  readonly name: string;
  readonly setup: string;
  readonly release: string;
  /** What each probe answers. */
  readonly answers: readonly (number | "pass" | "unknown")[];
}

/** What earlier statements of a release do to the rows that later ones meet. */
const CASES: readonly Case[] = [
  {
    name: "NULLs that an UPDATE fills",
    setup: `${T} insert into t values (1, null), (2, 2)`,
    release: "update t set a = 0 where a is null; alter table t alter a set not null",
    answers: ["pass"],
  },
  {
    name: "NULLs that an UPDATE leaves",
    setup: `${T} insert into t values (1, null, 1), (2, null, 2)`,
    release: "update t set a = 0 where a is null and b = 1; alter table t alter a set not null",
    answers: [1],
  },
  {
    name: "NULLs that an UPDATE makes",
    setup: `${T} insert into t values (1, 1), (2, 2)`,
    release: "update t set a = null where id = 2; alter table t alter a set not null",
    answers: [1],
  },
  {
    name: "a new column that is filled from another table",
    setup: `${T} create table u (t int, v int); insert into t values (1), (2), (3); insert into u values (1, 5), (2, null)`,
    release:
      "alter table t add d int; update t set d = u.v from u where u.t = t.id; alter table t alter d set not null",
    answers: [2],
  },
  {
    name: "a new column whose every row gets a value",
    setup: `${T} insert into t values (1), (2)`,
    release: `alter table t add d uuid; update t set d = gen_random_uuid() where d is null;
      alter table t alter d set not null; create unique index on t (d)`,
    answers: ["pass", "pass"],
  },
  {
    name: "a new column with one value for every row",
    setup: `${T} insert into t values (1), (2), (3)`,
    release: "alter table t add d int default 7 unique",
    answers: [2],
  },
  {
    name: "duplicates that a DELETE removes",
    setup: `${T} insert into t values (1, 1), (2, 1), (3, 2)`,
    release: "delete from t x using t y where x.a = y.a and x.id > y.id; create unique index on t (a)",
    answers: ["pass"],
  },
  {
    name: "duplicates that a DELETE with a window removes",
    setup: `${T} insert into t values (1, 1), (2, 1), (3, 2)`,
    release: `with d as (select id, row_number() over (partition by a order by id) n from t)
      delete from t using d where d.id = t.id and d.n > 1; create unique index on t (a)`,
    answers: ["pass"],
  },
  {
    name: "orphans that a DELETE removes",
    setup: `${T} create table p (id int primary key); insert into p values (1); insert into t values (1, 1), (2, 9)`,
    release:
      "delete from t where not exists (select from p where p.id = t.a); alter table t add foreign key (a) references p",
    answers: ["pass"],
  },
  {
    name: "orphans whose parents the release makes",
    setup: `${T} insert into t values (1, 1), (2, 2), (3, 9)`,
    release: `create table p (id int primary key, n text not null default 'x');
      insert into p (id) select distinct a from t where a < 5; alter table t add foreign key (a) references p`,
    answers: [1],
  },
  {
    name: "a table that is emptied",
    setup: `${T} insert into t values (1, null)`,
    release: "truncate t; alter table t alter a set not null",
    answers: ["pass"],
  },
  {
    name: "a table that the release makes",
    setup: "",
    release: "create table n (a int); alter table n alter a set not null; create unique index on n (a)",
    answers: ["pass", "pass"],
  },
  {
    name: "renamed columns and tables",
    setup: `${T} insert into t values (1, null), (2, 5)`,
    release: `alter table t rename a to z; alter table t rename to s; alter table s alter z set not null;
      alter table s add constraint k check (z > 7)`,
    answers: [1, 1],
  },
  {
    name: "a constraint that a later statement validates",
    setup: `${T} insert into t values (1, -1)`,
    release: "alter table t add constraint k check (a > 0) not valid; alter table t validate constraint k",
    answers: [1],
  },
  {
    name: "subcommands in the server's order",
    setup: `${T} insert into t values (1)`,
    release: "alter table t add constraint k check (d > 5), add column d int default 1",
    answers: [1],
  },
  {
    name: "rows that code changes in a way that its text tells",
    setup: `${T} create table u (a int); insert into t values (1, 1)`,
    release: `do $$ begin update u set a = 1; end $$; alter table t alter a set not null;
      alter table u alter a set not null`,
    answers: ["pass", "unknown"],
  },
  {
    name: "rows that code changes in a way that nobody can tell",
    setup: `${T} insert into t values (1, 1)`,
    release:
      "do $$ begin execute 'update ' || 't' || ' set a = null' || current_date; end $$; alter table t alter a set not null",
    answers: ["unknown"],
  },
  {
    name: "a column that only code makes",
    setup: T,
    release: "do $$ begin alter table t add d int; end $$; alter table t alter d set not null",
    answers: ["unknown"],
  },
  {
    name: "rows that a foreign key changes",
    setup: `create table p (id int primary key); create table t (id int primary key, a int references p on delete set null);
      insert into p values (1); insert into t values (1, 1)`,
    release: "delete from p; alter table t alter a set not null",
    answers: ["unknown"],
  },
  {
    name: "rows that a trigger changes",
    setup: `${T} create function f() returns trigger language plpgsql as $$ begin new.a := null; return new; end $$;
      create trigger g before update on t for each row execute function f(); insert into t values (1, 1)`,
    release: "update t set b = 1; alter table t alter a set not null",
    answers: ["unknown"],
  },
  {
    name: "a table that a query fills",
    setup: `${T} insert into t values (1, null)`,
    release: "create table n as select a from t; alter table n alter a set not null",
    answers: ["unknown"],
  },
  {
    name: "a function that may change data",
    setup: `${T} create function f(int) returns bool language sql volatile as 'select true'; insert into t values (1, 1)`,
    release: "alter table t add constraint k check (f(a))",
    answers: ["unknown"],
  },
  {
    name: "values that a new enum does not have",
    setup: `create type mood as enum ('sad', 'ok', 'gone'); create table t (id int primary key, m mood);
      insert into t values (1, 'ok'), (2, 'gone'), (3, null)`,
    release: `alter type mood rename to old_mood; create type mood as enum ('sad', 'ok');
      alter table t alter m type mood using m::text::mood; drop type old_mood`,
    answers: [1, "pass"],
  },
];

describe.each(MAJORS)("rows as a statement meets them, on PostgreSQL %s", (major) => {
  it.each(CASES)("$name", async ({ setup, release, answers }) => {
    const tenant = await probed(major, setup, release);
    const results = await tenant.ask();
    const said = results.map((result) => (result.status === "hit" ? result.count : result.status));
    expect(said, JSON.stringify(results)).toEqual(answers);
    const error = await tenant.release();
    if (said.every((answer) => answer === "pass")) expect(error).toBeNull();
    if (said.some((answer) => typeof answer === "number")) expect(error).not.toBeNull();
  });
});
