import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Catalog } from "../../../lib/core/catalog/catalog.js";
import { compareCatalogs } from "../../../lib/core/catalog/compare.js";
import type { Session } from "../../../lib/ports/database.js";
import { executeEach } from "../../../lib/steps/migration/execute-each.js";
import { MAJORS } from "../../support/majors.js";
import { createDatabase, type TestDatabase } from "../../support/postgres.js";
import { preparedReader } from "./prepared-reader.js";
import { openWriter } from "./with-session.js";

/** Several differences at once, each with a repair that must not be in another's way. */
interface Together {
  readonly name: string;
  readonly base?: string;
  readonly declared: string;
  readonly actual: string;
  /** What only a person can decide, in the one way and the other. */
  readonly unrepaired?: { readonly there?: readonly string[]; readonly back?: readonly string[] };
}

const USERS = "create table app.users (id int primary key, email text, name text, org int)";

const CASES: readonly Together[] = [
  {
    name: "a unique constraint is an index of its name",
    base: USERS,
    declared: "alter table app.users add constraint email_key unique (email)",
    actual: "create unique index email_key on app.users (email)",
  },
  {
    name: "a primary key is a unique index of its name",
    declared: "create table app.t (id int not null, constraint t_pkey primary key (id))",
    actual: "create table app.t (id int not null); create unique index t_pkey on app.t (id)",
  },
  {
    name: "a unique constraint is a plain index of its name, and a foreign key needs it",
    base: USERS,
    declared:
      "alter table app.users add constraint email_key unique (email); create table app.posts (author text, constraint by_author foreign key (author) references app.users (email))",
    actual: "create index email_key on app.users (email); create table app.posts (author text)",
  },
  {
    name: "an exclusion constraint is an index of its name",
    declared: "create table app.t (r int4range, constraint no_overlap exclude using gist (r with &&))",
    actual: "create table app.t (r int4range); create index no_overlap on app.t using gist (r)",
  },
  {
    name: "a check and an index have exchanged their names",
    base: USERS,
    declared: "alter table app.users add constraint a check (org > 0); create index b on app.users (org)",
    actual: "alter table app.users add constraint b check (org > 0); create index a on app.users (org)",
  },
  {
    name: "a primary key has another name, and a foreign key points at it",
    declared:
      "create table app.a (id int, constraint a_pkey primary key (id)); create table app.b (a int constraint b_fk references app.a)",
    actual:
      "create table app.a (id int, constraint a_pk primary key (id)); create table app.b (a int constraint b_fk references app.a)",
  },
  {
    name: "a unique key has another name, a foreign key points at it and has another name too",
    declared:
      "create table app.a (id int constraint a_key unique); create table app.b (a int constraint b_fk references app.a (id))",
    actual:
      "create table app.a (id int constraint a_uq unique); create table app.b (a int constraint b_fkey references app.a (id))",
  },
  {
    name: "two keys have exchanged their names",
    declared: "create table app.a (x int constraint kx unique, y int constraint ky unique)",
    actual: "create table app.a (x int constraint ky unique, y int constraint kx unique)",
  },
  {
    name: "a key of a table partitioned has another name",
    declared:
      "create table app.p (id int, constraint p_pkey primary key (id)) partition by range (id); create table app.p1 partition of app.p for values from (0) to (9)",
    actual:
      "create table app.p (id int, constraint p_pk primary key (id)) partition by range (id); create table app.p1 partition of app.p for values from (0) to (9)",
  },
  {
    name: "a primary key is over other columns",
    declared: "create table app.a (x int, y int, constraint a_pkey primary key (x))",
    actual: "create table app.a (x int not null, y int, constraint a_pkey primary key (y))",
  },
  {
    name: "a replica identity is by an index of another name",
    declared:
      "create table app.a (x int not null); create unique index i on app.a (x); alter table app.a replica identity using index i",
    actual:
      "create table app.a (x int not null); create unique index j on app.a (x); alter table app.a replica identity using index j",
  },
  {
    name: "a table is clustered on an index of another name",
    declared: "create table app.a (x int); create index i on app.a (x); alter table app.a cluster on i",
    actual: "create table app.a (x int); create index j on app.a (x); alter table app.a cluster on j",
  },
  {
    name: "an extension is in another schema, which is not declared",
    declared: "create extension citext schema public",
    actual: "create schema ext; create extension citext schema ext",
  },
  {
    name: "an extension is in another schema, which is not declared, and a column has its type",
    declared: "create extension citext schema public; create table app.t (name public.citext)",
    actual: "create schema ext; create extension citext schema ext; create table app.t (name ext.citext)",
  },
  {
    name: "an undeclared extension is in an undeclared schema",
    declared: "select",
    actual: "create schema ext; create extension citext schema ext",
  },
  {
    name: "an undeclared schema has a table, a view, a function, a type and a sequence in it",
    declared: "select",
    actual:
      "create schema old; create type old.mood as enum ('a'); create domain old.d as int; create sequence old.s; create table old.t (m old.mood, d old.d, n int default nextval('old.s')); create view old.v as select * from old.t; create function old.f(old.mood) returns old.d language sql as 'select 1'",
  },
  {
    name: "undeclared views stand on each other",
    base: USERS,
    declared: "select",
    actual:
      "create view app.z as select id, name from app.users; create view app.m as select id from app.z; create view app.a as select id from app.m; create materialized view app.mat as select id from app.a; create view app.top as select * from app.mat",
  },
  {
    name: "views stand on each other, and the one below has another query",
    base: USERS,
    declared:
      "create view app.v as select id, name from app.users; create view app.w as select id from app.v; create view app.x as select id from app.w",
    actual:
      "create view app.v as select id, email as name from app.users; create view app.w as select id from app.v; create view app.x as select id from app.w",
  },
  {
    name: "views stand on each other, and the one below has a column less",
    base: USERS,
    declared: "create view app.v as select id, name, org from app.users; create view app.w as select id from app.v",
    actual: "create view app.v as select id, name from app.users; create view app.w as select id from app.v",
  },
  {
    name: "views stand on each other, and a column of the table below has another type",
    declared:
      "create table app.t (id bigint); create view app.v as select id from app.t; create view app.w as select id from app.v",
    actual:
      "create table app.t (id int); create view app.v as select id from app.t; create view app.w as select id from app.v",
  },
  {
    name: "a view with privileges, a comment and a trigger stands on one that is remade",
    base: `${USERS}; create function app.tr() returns trigger language plpgsql as 'begin return new; end'`,
    declared:
      "create view app.v as select id, name from app.users; create view app.w as select id from app.v; comment on view app.w is 'w'; grant select on app.w to public; create trigger t instead of insert on app.w for each row execute function app.tr()",
    actual:
      "create view app.v as select id, email as name from app.users; create view app.w as select id from app.v; comment on view app.w is 'w'; grant select on app.w to public; create trigger t instead of insert on app.w for each row execute function app.tr()",
  },
  {
    name: "a materialized view with an index stands on a view that is remade",
    base: USERS,
    declared:
      "create view app.v as select id, name from app.users; create materialized view app.m as select id from app.v; create index m_id on app.m (id)",
    actual:
      "create view app.v as select id, email as name from app.users; create materialized view app.m as select id from app.v; create index m_id on app.m (id)",
  },
  {
    name: "views that are missing stand on each other, against the order of their names",
    base: USERS,
    declared:
      "create view app.z as select id from app.users; create view app.y as select id from app.z; create view app.b as select id from app.y",
    actual: "select",
  },
  {
    name: "a view uses a missing column, and another a missing function",
    declared:
      "create table app.t (a int, b int); create function app.f(int) returns int language sql as 'select 1'; create view app.v as select a, b, app.f(a) as c from app.t",
    actual: "create table app.t (a int)",
  },
  {
    name: "an undeclared column is used by an undeclared view, index, check, default and policy",
    declared: "create table app.t (a int)",
    actual:
      "create table app.t (a int, b int, c int generated always as (b + 1) stored, check (b > a)); create index i on app.t (b); create view app.v as select b from app.t; create policy p on app.t using (b > 0)",
  },
  {
    name: "a partitioned index is invalid at the parent and at a partition",
    base: "create table app.p (id int, v int) partition by range (id); create table app.p1 partition of app.p for values from (0) to (9); create table app.p2 partition of app.p for values from (9) to (19)",
    declared: "create index p_v on app.p (v)",
    actual:
      "create index p_v on only app.p (v); create index p1_v_idx on app.p1 (v); update pg_index set indisvalid = false where indexrelid = 'app.p1_v_idx'::regclass; create index p2_v_idx on app.p2 (v); alter index app.p_v attach partition app.p1_v_idx",
    unrepaired: { back: ["app.p.p_v", "app.p1.p1_v_idx", "app.p2.p2_v_idx"] },
  },
  {
    name: "a partitioned index lacks its parts",
    base: "create table app.p (id int, v int) partition by range (id); create table app.p1 partition of app.p for values from (0) to (9); create table app.p2 partition of app.p for values from (9) to (19)",
    declared: "create index p_v on app.p (v)",
    actual: "create index p_v on only app.p (v)",
    unrepaired: { back: ["app.p.p_v", "app.p1.p1_v_idx", "app.p2.p2_v_idx"] },
  },
  {
    name: "a partitioned index has a part that is not attached",
    base: "create table app.p (id int, v int) partition by range (id); create table app.p1 partition of app.p for values from (0) to (9); create table app.p2 partition of app.p for values from (9) to (19)",
    declared: "create index p_v on app.p (v)",
    actual:
      "create index p_v on only app.p (v); create index p1_v_idx on app.p1 (v); create index p2_v_idx on app.p2 (v); alter index app.p_v attach partition app.p2_v_idx",
    unrepaired: { back: ["app.p.p_v", "app.p1.p1_v_idx"] },
  },
  {
    name: "undeclared tables refer to each other",
    declared: "select",
    actual:
      "create table app.a (id int primary key); create table app.b (id int primary key, a int references app.a); alter table app.a add b int references app.b",
  },
  {
    name: "missing tables refer to each other",
    declared:
      "create table app.a (id int primary key); create table app.b (id int primary key, a int references app.a); alter table app.a add b int references app.b",
    actual: "select",
  },
  {
    name: "a partitioned table with partitions is undeclared, another missing",
    declared:
      "create table app.m (id int primary key) partition by list (id); create table app.a1 partition of app.m for values in (1); create table app.a2 partition of app.m default",
    actual:
      "create table app.z (id int primary key) partition by list (id); create table app.b1 partition of app.z for values in (1); create table app.b2 partition of app.z default",
  },
  {
    name: "an undeclared table inherits an undeclared table",
    declared: "select",
    actual:
      "create table app.a (x int); create table app.b () inherits (app.a); create table app.c () inherits (app.b)",
  },
  {
    name: "undeclared functions use undeclared types, which use each other",
    declared: "select",
    actual:
      "create type app.a as enum ('x'); create type app.b as (a app.a); create domain app.c as app.b; create function app.f(app.c) returns app.a language sql as $$ select 'x'::app.a $$; create table app.t (c app.c default null)",
  },
  {
    name: "missing types and functions use each other",
    declared:
      "create type app.z as enum ('x'); create type app.y as (z app.z); create domain app.b as app.y; create function app.f(app.b) returns app.z language sql as $$ select 'x'::app.z $$; create table app.t (b app.b)",
    actual: "select",
  },
  {
    name: "a trigger's function has another name",
    base: USERS,
    declared:
      "create function app.f() returns trigger language plpgsql as 'begin return new; end'; create trigger t before insert on app.users for each row execute function app.f()",
    actual:
      "create function app.g() returns trigger language plpgsql as 'begin return new; end'; create trigger t before insert on app.users for each row execute function app.g()",
  },
  {
    name: "a default's sequence has another name",
    declared: "create sequence app.s; create table app.t (id int default nextval('app.s'))",
    actual: "create sequence app.q; create table app.t (id int default nextval('app.q'))",
  },
  {
    name: "a serial is an identity",
    declared: "create table app.t (id int generated always as identity)",
    actual: "create table app.t (id serial)",
    unrepaired: { there: ["app.t.id", "app.t_id_seq"], back: ["app.t.id", "app.t_id_seq"] },
  },
  {
    name: "a function has another return type, and a view calls it",
    declared:
      "create function app.f() returns bigint language sql as 'select 1::bigint'; create view app.v as select app.f() as n",
    actual: "create function app.f() returns int language sql as 'select 1'; create view app.v as select app.f() as n",
  },
  {
    name: "a column has another name",
    declared: "create table app.t (id int primary key, name text not null default 'x'); create index i on app.t (name)",
    actual: "create table app.t (id int primary key, nom text not null default 'x'); create index i on app.t (nom)",
  },
  {
    name: "an enum has a label less, and a table has a column less that has its type",
    declared: "create type app.m as enum ('a', 'b'); create table app.t (a int, m app.m)",
    actual: "create type app.m as enum ('a'); create table app.t (a int)",
    unrepaired: { back: ["app.m"] },
  },
  {
    name: "a statistics object, a rule and a publication speak of an undeclared column",
    declared: "create table app.t (a int, b int)",
    actual:
      "create table app.t (a int, b int, c int); create statistics app.s (dependencies) on a, c from app.t; create rule r as on update to app.t where old.c > 1 do nothing; create publication pub for table app.t (a, c)",
    unrepaired: { back: ["pub"] },
  },
  {
    name: "a check, a foreign key and an exclusion have other names",
    base: USERS,
    declared:
      "create table app.t (a int constraint a_check check (a > 0), u int constraint u_fk references app.users, r int4range, constraint no_r exclude using gist (r with &&))",
    actual:
      "create table app.t (a int constraint a_ck check (a > 0), u int constraint u_fkey references app.users, r int4range, constraint r_excl exclude using gist (r with &&))",
  },
  {
    name: "a default, an index, a check, a policy and a trigger use missing functions",
    declared:
      "create function app.n() returns int language sql as 'select 1'; create function app.i(int) returns int immutable language sql as 'select 1'; create function app.tr() returns trigger language plpgsql as 'begin return new; end'; create table app.t (a int default app.n(), constraint c check (app.i(a) > 0)); create index i on app.t (app.i(a)); create policy p on app.t using (app.i(a) > 0); create trigger t before insert on app.t for each row execute function app.tr()",
    actual: "create table app.t (a int)",
  },
  {
    name: "a domain's check uses a missing function",
    declared:
      "create function app.z(int) returns boolean immutable language sql as 'select true'; create domain app.d as int constraint d_check check (app.z(value))",
    actual: "create domain app.d as int",
  },
  {
    name: "a function with another return type is in a default",
    declared:
      "create function app.f() returns bigint language sql as 'select 1::bigint'; create table app.t (a bigint default app.f())",
    actual:
      "create function app.f() returns int language sql as 'select 1'; create table app.t (a bigint default app.f())",
    unrepaired: { there: ["app.f()"], back: ["app.f()"] },
  },
  {
    name: "a function with another return type is called by one in the SQL standard's form and by a policy",
    base: USERS,
    declared:
      "create function app.f() returns bigint language sql as 'select 1::bigint'; create function app.g() returns bigint begin atomic select app.f(); end; create policy p on app.users using (app.f() > 0)",
    actual:
      "create function app.f() returns int language sql as 'select 1'; create function app.g() returns bigint begin atomic select app.f(); end; create policy p on app.users using (app.f() > 0)",
  },
  {
    name: "a view is a table",
    base: USERS,
    declared: "create view app.x as select id from app.users",
    actual: "create table app.x (id int)",
  },
  {
    name: "a view under another is a materialized view",
    base: USERS,
    declared: "create view app.x as select id from app.users; create view app.y as select id from app.x",
    actual: "create materialized view app.x as select id from app.users; create view app.y as select id from app.x",
  },
  {
    name: "names need quotes",
    declared:
      'create table app."T.x ""y" ("Id a" int); create view app."B v" as select "Id a" from app."T.x ""y"; create view app."A v" as select "Id a" from app."B v"; create index "I x" on app."T.x ""y" ("Id a")',
    actual: 'create table app."T.x ""y" ("Id a" int); create index "I y" on app."T.x ""y" ("Id a")',
  },
  {
    name: "a materialized view stands on another, with another query below",
    base: USERS,
    declared:
      "create materialized view app.b as select id, org from app.users; create materialized view app.a as select id from app.b; create unique index a_id on app.a (id)",
    actual:
      "create materialized view app.b as select id, id as org from app.users; create materialized view app.a as select id from app.b; create unique index a_id on app.a (id)",
  },
  {
    name: "a trigger and a rule speak of a column with another type",
    declared:
      "create table app.t (a bigint, b int); create function app.tr() returns trigger language plpgsql as 'begin return new; end'; create trigger t before update of a on app.t for each row when (old.a is distinct from new.a) execute function app.tr(); create rule r as on delete to app.t where old.a > 1 do nothing; create policy p on app.t using (a > 0)",
    actual:
      "create table app.t (a int, b int); create function app.tr() returns trigger language plpgsql as 'begin return new; end'; create trigger t before update of a on app.t for each row when (old.a is distinct from new.a) execute function app.tr(); create rule r as on delete to app.t where old.a > 1 do nothing; create policy p on app.t using (a > 0)",
  },
  {
    name: "a partitioned index over two levels lacks parts",
    base: "create table app.p (id int, v int) partition by range (id); create table app.p1 partition of app.p for values from (0) to (9) partition by range (id); create table app.p11 partition of app.p1 for values from (0) to (5); create table app.p2 partition of app.p for values from (9) to (19)",
    declared: "create index p_v on app.p (v)",
    actual:
      "create index p_v on only app.p (v); create index p1_v_idx on only app.p1 (v); alter index app.p_v attach partition app.p1_v_idx",
    unrepaired: { back: ["app.p.p_v", "app.p1.p1_v_idx", "app.p11.p11_v_idx", "app.p2.p2_v_idx"] },
  },
];

describe.each(MAJORS)("differences that come together, PostgreSQL %s", (major) => {
  let database: TestDatabase;
  let session: Session;
  let read: () => Promise<Catalog>;

  beforeAll(async () => {
    database = await createDatabase(major, "create schema app");
    session = await openWriter(database);
    read = await preparedReader(session);
  });
  afterAll(async () => {
    await session.close();
    await database.drop();
  });

  const both = CASES.flatMap((each) => [
    [each.name, each] as const,
    [
      `the other way: ${each.name}`,
      { ...each, declared: each.actual, actual: each.declared, unrepaired: { there: each.unrepaired?.back ?? [] } },
    ] as const,
  ]);

  it.each(both)("%s", async (_name, { base = "", declared, actual, unrepaired: expected }) => {
    const begin = async (sql: string) => {
      await session.script("begin");
      await executeEach(session, `${base};\n${sql}`);
    };
    try {
      await begin(declared);
      const should = await read();
      await session.script("rollback");
      await begin(actual);
      const comparison = compareCatalogs(await read(), should);
      expect(comparison.equal).toBe(false);
      const repairs = comparison.repairs;
      const unrepaired = comparison.differences.filter(({ repair }) => repair === null).map(({ subject }) => subject);
      try {
        await executeEach(session, repairs.join("\n"));
      } catch (error) {
        throw new Error(`${(error as Error).message}\n${repairs.join("\n")}\nnot repaired: ${unrepaired.join(", ")}`, {
          cause: error,
        });
      }
      const byHand = [...(expected?.there ?? [])].sort();
      const left = compareCatalogs(await read(), should).differences;
      const subjects = [...new Set(left.map(({ subject }) => subject))].sort();
      const said = left.map(({ message }) => message);
      expect({ left: subjects, unrepaired: [...new Set(unrepaired)].sort(), said, repairs }).toEqual({
        left: byHand,
        unrepaired: byHand,
        said,
        repairs,
      });
    } finally {
      await session.script("rollback");
    }
  });
});
