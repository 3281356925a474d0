/** What stands, and a statement; the server says whether it refuses. */
export interface Form {
  readonly kind: string;
  readonly before: string;
  readonly statement: string;
}

const USERS = "create table users (id bigint primary key, email text, age int, fax text);";

/** Each with siblings that the server accepts. */
const UNDER_DEPENDENTS: Readonly<Record<string, string>> = {
  view: "create view d as select id, email from users",
  "view with a star": "create view d as select * from users",
  "view by alias": "create view d as select u.email from users u",
  "view over a view": "create view c as select id, email from users; create view d as select email from c",
  "view that only orders": "create view d as select id as email from users order by email",
  "view of another column": "create view d as select id from users",
  "view with a subquery": "create view d as select email from (select id as email from users) x",
  "view with a CTE of that name": "create view d as with users as (select 1 as email) select users.email from users",
  "view with a join":
    "create table o (user_id bigint, total int); create view d as select total from users join o on o.user_id = users.id where email is not null",
  "view with USING":
    "create table o (email text, total int); create view d as select total from users join o using (email)",
  "view with EXISTS":
    "create table o (user_id bigint); create view d as select user_id from o where exists (select from users where users.id = o.user_id and email <> '')",
  "view with a lateral": "create view d as select x.n from users, lateral (select length(email) as n) x",
  "view with UNION": "create view d as select email from users union all select fax from users",
  "view with a window": "create view d as select id, row_number() over (partition by email) from users",
  "view with a whole row": "create view d as select users from users",
  "materialized view": "create materialized view d as select email from users",
  "materialized view under a view":
    "create materialized view m as select email from users; create view d as select email from m",
  "view that goes by an earlier cascade":
    "create view c as select id, email from users; create view d as select email from c; drop view c cascade",
  "view that went with its table":
    "create table o (id int); create view d as select o.id, email from o, users; drop table o cascade",
  "view that went with a column":
    "create table o (id int, x int); create view d as select o.x, email from o, users; alter table o drop column x cascade",
  "view of the renamed column":
    "create view d as select email from users; alter table users rename column email to e; alter table users add column email text",
  "view of the renamed table":
    "create view d as select email from users; alter table users rename to people; create table users (id bigint, email text)",
  "renamed view that was dropped": "create view d as select email from users; alter view d rename to e; drop view e",
  rule: "create table log (x text); create rule r as on update to users do also insert into log values (new.email)",
  "rule of another column":
    "create table log (x text); create rule r as on update to users do also insert into log values (new.fax)",
  policy: "create policy p on users using (email = current_user)",
  "policy with check": "create policy p on users for insert with check (users.email <> '')",
  "policy of another table":
    "create table o (user_id bigint); create policy p on o using (exists (select from users u where u.id = user_id and u.email = current_user))",
  "policy of another column": "create policy p on users using (fax = current_user)",
  "policy dropped": "create policy p on users using (email = current_user); drop policy p on users",
  "policy renamed and dropped":
    "create policy p on users using (email = ''); alter policy p on users rename to q; drop policy q on users",
  trigger:
    "create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger t before update of email on users for each row execute function f()",
  "trigger with WHEN":
    "create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger t before update on users for each row when (new.email is distinct from old.email) execute function f()",
  "trigger of another column":
    "create function f() returns trigger language plpgsql as 'begin new.email = null; return new; end'; create trigger t before update of fax on users for each row execute function f()",
  "trigger dropped":
    "create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger t before update of email on users for each row execute function f(); drop trigger t on users",
  "generated column": "alter table users add column low text generated always as (lower(email)) stored",
  "generated column made with the table":
    "drop table users; create table users (id int, email text, age int, low text generated always as (lower(email)) stored)",
  "generated column of another column": "alter table users add column low text generated always as (lower(fax)) stored",
  "generated column without its expression":
    "alter table users add column low text generated always as (lower(email)) stored; alter table users alter column low drop expression",
  "generated column dropped":
    "alter table users add column low text generated always as (lower(email)) stored; alter table users drop column low",
  "atomic function": "create function f() returns setof text begin atomic select email from users; end",
  "atomic function with return": "create function f() returns text return (select email from users limit 1)",
  "atomic function that inserts":
    "create procedure f() begin atomic insert into users (id, email) values (1, 'a'); end",
  "atomic function with an argument":
    "create function f(email text) returns bigint begin atomic select id from users where users.id = 1 and email = ''; end",
  "function with a text": "create function f() returns setof text language sql as 'select email from users'",
  "atomic function dropped":
    "create function f() returns setof text begin atomic select email from users; end; drop function f()",
  "partition key": "drop table users; create table users (id int, email text, age int) partition by list (email)",
  "partition key expression":
    "drop table users; create table users (id int, email text, age int) partition by hash (lower(email))",
  "partition key of another column":
    "drop table users; create table users (id int, email text, age int) partition by list (age)",
  inherited: "drop table users; create table base (email text); create table users (age int) inherits (base)",
  "inherited from another":
    "drop table users; create table base (fax text); create table users (email text, age int) inherits (base)",
  "inherits later": "create table base (email text); alter table users inherit base",
  "no longer inherits":
    "create table base (email text); alter table users inherit base; alter table users no inherit base",
  partition:
    "drop table users; create table base (email text, age int) partition by list (age); create table users partition of base default",
  "attached partition":
    "create table base (id bigint not null, email text, age int, fax text) partition by list (age); alter table base attach partition users default",
  "detached partition":
    "drop table users; create table base (email text, age int) partition by list (age); create table users partition of base default; alter table base detach partition users",
  "row type": "create table o (u users)",
  "array of the row type": "create table o (u users[])",
  "row type in a composite": "create type c as (u users); create table o (c c)",
  "row type of another": "create table p (id int); create table o (u p)",
  "row type dropped": "create table o (u users); alter table o drop column u",
  "row type as an argument": "create function f(u users) returns text language sql as 'select u.email'",
  publication: "create publication p for table users where (email <> '')",
  "publication of columns": "create publication p for table users (id, email)",
  "publication of the table": "create publication p for table users",
  "publication renamed and dropped":
    "create publication p for table users (id, email); alter publication p rename to q; drop publication q",
  "policy altered": "create policy p on users using (email = ''); alter policy p on users using (true)",
  "policy whose function went":
    "create function f(text) returns boolean language sql as 'select true'; create policy p on users using (f(email)); drop function f(text) cascade",
  "view whose function went":
    "create function f(text) returns text language sql as 'select $1'; create view d as select f(email) as x from users; drop function f(text) cascade",
  "views that went one by one":
    "create view c as select email from users; create view d as select email from c; drop view d, c",
  "view that reads another column by now":
    "create view d as select email from users; create or replace view d as select fax as email from users",
  "atomic function with a text by now":
    "create function f() returns setof text begin atomic select email from users; end; create or replace function f() returns setof text language sql as 'select email from users'",
  "publication dropped": "create publication p for table users (id, email); drop publication p",
  index: "create index i on users (lower(email))",
  check: "alter table users add check (email <> '')",
  "check of two columns": "alter table users add check (email <> fax)",
  statistics: "create statistics s on email, fax from users",
  "default of another":
    "create function f() returns text language sql as 'select email from users limit 1'; alter table users alter column fax set default f()",
  "foreign key to it": "alter table users add unique (email); create table o (e text references users (email))",
  "foreign key to it by the primary key":
    "alter table users drop constraint users_pkey, add primary key (email); create table o (e text references users)",
  "foreign key to itself": "alter table users add unique (email), add foreign key (fax) references users (email)",
  "foreign key whose table went":
    "alter table users add unique (email); create table o (e text references users (email)); drop table o",
  "foreign key that went by cascade":
    "alter table users add constraint k unique (email); create table o (e text references users (email)); alter table users drop constraint k cascade",
  "foreign key from it": "create table o (e text primary key); alter table users add foreign key (email) references o",
  "foreign key to a renamed column":
    "alter table users add unique (email); create table o (e text references users (email)); alter table users rename email to m; alter table users add column email text",
  grant: "grant select (email) on users to public",
  comment: "comment on column users.email is 'x'",
  nothing: "select 1",
};

const CHANGES: Readonly<Record<string, string>> = {
  drop: "alter table users drop column email",
  type: "alter table users alter column email type varchar(500)",
};

/** What CASCADE does not help against, and what needs no change to be refused. */
const SELDOM: Readonly<Record<string, string>> = {
  "same type": "alter table users alter column email type text",
  "drop cascade": "alter table users drop column email cascade",
};

const dependents: Form[] = Object.entries(UNDER_DEPENDENTS).flatMap(([name, more]) =>
  Object.entries({
    ...CHANGES,
    ...(/^(view|policy|trigger|partition|partition key|inherited|row type)$/.test(name) ? SELDOM : {}),
  }).map(([change, statement]) => ({
    kind: `${change} under ${name}`,
    before: `${USERS} ${more}`,
    statement,
  })),
);

/** Of each kind, what stands before and the statements after it. */
const OTHERS: readonly { readonly kind: string; readonly before: string; readonly statements: readonly string[] }[] = [
  {
    kind: "generated column in one statement",
    before: `${USERS} alter table users add column low text generated always as (lower(email)) stored`,
    statements: [
      "alter table users drop column low, drop column email",
      "alter table users drop column email, drop column low",
      "alter table users alter low drop expression, drop column email",
      "alter table users drop column low, alter email type varchar(500)",
    ],
  },
  {
    kind: "replace a view",
    before: `${USERS} create view d as select id, email, age::bigint as years, count(*) from users group by id, email, age`,
    statements: [
      "create or replace view d as select id, email, age::bigint as years, count(*) from users group by 1, 2, age",
      "create or replace view d as select id, email, age::bigint as years, count(*), 1 as more from users group by 1, 2, age",
      "create or replace view d as select id, email from users",
      "create or replace view d as select id, email as mail, age::bigint as years, count(*) from users group by 1, 2, age",
      "create or replace view d as select email, id, age::bigint as years, count(*) from users group by 1, 2, age",
      "create or replace view d as select id, email, age as years, count(*) from users group by id",
      "create or replace view d as select id, email, age::int as years, count(*) from users group by id",
      "create or replace view d (id, email, years, count) as select 1::bigint, ''::text, 2::bigint, 3::bigint",
      "create or replace view d (id, mail, years, count) as select 1::bigint, ''::text, 2::bigint, 3::bigint",
      "create or replace view d as select * from users",
      "create or replace view d as (select id, email, age::bigint as years, count(*) from users group by id) union all select 1, '', 2, 3",
      "create or replace view d as with x as (select 1::bigint as id) select x.id, ''::text as email, 1::bigint as years, 1::bigint as count from x",
      "create or replace view users as select 1 as id",
      "create or replace view other as select 1 as id",
      "drop view d; create or replace view d as select 1 as x",
      "alter view d rename column email to mail; create or replace view d as select id, email as mail, age::bigint as years, count(*) from users group by 1, 2, age",
    ],
  },
  {
    kind: "replace a view with a star",
    before: `${USERS} create view d as select * from users`,
    statements: [
      "create or replace view d as select * from users",
      "create or replace view d as select u.* from users u",
      "alter table users add column extra int; create or replace view d as select * from users",
      "alter table users rename column fax to f; create or replace view d as select * from users",
      "create or replace view d as select id, email, age from users",
    ],
  },
  {
    kind: "replace a function",
    before: `create type mood as enum ('a'); create function f(a int, b text default 'x') returns int language sql as 'select 1';
      create function g(int) returns table (x int, y text) language sql as $$ select 1, 'a' $$;
      create function h(a int, out b int, out c text) language sql as $$ select 1, 'a' $$;
      create function s(a int) returns setof mood language sql as $$ select 'a'::mood $$;
      create procedure p(a int) language sql as 'select 1'`,
    statements: [
      "create or replace function f(a int, b text default 'y') returns integer language sql as 'select 2'",
      "create or replace function f(a int4, b text default 'y') returns int4 language plpgsql as 'begin return 1; end'",
      "create or replace function f(a int, b text default 'y') returns bigint language sql as 'select 2::bigint'",
      "create or replace function f(a int, b text default 'y') returns setof int language sql as 'select 2'",
      "create or replace function f(a int, c text default 'y') returns int language sql as 'select 2'",
      "create or replace function f(int, text default 'y') returns int language sql as 'select 2'",
      "create or replace function f(a int, b text) returns int language sql as 'select 2'",
      "create or replace function f(a int default 1, b text default 'y') returns int language sql as 'select 2'",
      "create or replace function f(a bigint, c text) returns text language sql as $$ select 'x' $$",
      "create or replace function f(a int) returns text language sql as $$ select 'x' $$",
      "create or replace procedure f(a int, b text default 'x') language sql as 'select 1'",
      "create or replace function g(a int) returns table (x int, y text) language sql as $$ select 1, 'a' $$",
      "create or replace function g(int) returns table (x int, z text) language sql as $$ select 1, 'a' $$",
      "create or replace function g(int) returns table (x int) language sql as $$ select 1 $$",
      "create or replace function h(a int, out b int, out c text) language sql as $$ select 2, 'a' $$",
      "create or replace function h(a int, out b int, out d text) language sql as $$ select 2, 'a' $$",
      "create or replace function h(a int, out b int) language sql as $$ select 2 $$",
      "create or replace function s(a int) returns setof public.mood language sql as $$ select 'a'::mood $$",
      "create or replace function s(a int) returns mood language sql as $$ select 'a'::mood $$",
      "create or replace procedure p(b int) language sql as 'select 1'",
      "create or replace procedure p(a int) language sql as 'select 2'",
      "create or replace function p(a int) returns int language sql as 'select 2'",
      "drop function f(int, text); create or replace function f(a int, c text) returns text language sql as $$ select 'x' $$",
    ],
  },
  {
    kind: "drop concurrently",
    before: `${USERS} create index a on users (age); create index b on users (email);
      create table parts (k int) partition by list (k); create index c on parts (k)`,
    statements: [
      "drop index concurrently a",
      "drop index concurrently a, b",
      "drop index concurrently if exists a, b",
      "drop index a, b",
      "drop index concurrently a cascade",
      "drop index concurrently c",
      "drop index c",
    ],
  },
  {
    kind: "immutable",
    before: `create table t (at timestamptz, ts timestamp, day date, body text, n int, j jsonb, amount money);
      create function mine(text) returns text language plpgsql as 'begin return $1; end';
      create function steady(text) returns text immutable language plpgsql as 'begin return $1; end';
      create function plain(text) returns text language sql as 'select lower($1)'`,
    statements: [
      "create index on t (lower(body))",
      "create index on t (date_trunc('day', at))",
      "create index on t (date_trunc('day', ts))",
      "create index on t (date_trunc('day', at at time zone 'UTC'))",
      "create index on t (date(at))",
      "create index on t ((at::date))",
      "create index on t ((ts::date))",
      "create index on t (cast(at as timestamp))",
      "create index on t ((ts::timestamptz))",
      "create index on t ((body::date))",
      "create index on t ((body::int))",
      "create index on t ((day::text))",
      "create index on t ((n::text))",
      "create index on t ((j ->> 'a'))",
      "create index on t (((j ->> 'a')::date))",
      "create index on t (((j ->> 'a')::int))",
      "create index on t (extract(year from at))",
      "create index on t (extract(year from ts))",
      "create index on t (to_char(at, 'YYYY'))",
      "create index on t (to_char(ts, 'YYYY'))",
      "create index on t (concat(body, 'x'))",
      "create index on t ((body || 'x'))",
      "create index on t using gin (to_tsvector(body))",
      "create index on t using gin (to_tsvector('english', body))",
      "create index on t (mine(body))",
      "create index on t (steady(body))",
      "create index on t (plain(body))",
      "create index on t (n) where at > now()",
      "create index on t (n) where day > current_date",
      "create index on t (n) where at > '2020-01-01'",
      "create index on t (n) where day > '2020-01-01'::date",
      "create index on t (n) where at > '2020-01-01'::timestamptz",
      "create index on t (n) where exists (select 1)",
      "create index on t (n) where n in (1, 2) and body is not null",
      "create index on t (coalesce(body, 'x'), length(body))",
      "create index on t (md5(body))",
      "create index on t (encode(sha256(body::bytea), 'hex'))",
      "create index on t ((amount::numeric))",
      "create index on t (age(at))",
      "create index on t (format('%s', body))",
      "create index on t (random())",
      "alter table t add column g text generated always as (to_char(at, 'YYYY')) stored",
      "alter table t add column g text generated always as (upper(body)) stored",
      "alter table t add column g date generated always as (at::date) stored",
      "alter table t add column g int generated always as ((select 1)) stored",
      "create table u (at timestamptz, g text generated always as (at::text) stored)",
      "create table u (at timestamptz, g float8 generated always as (extract(epoch from at)) stored)",
      "create table u (at timestamptz) partition by range (date_trunc('month', at))",
      "create table u (at timestamp) partition by range (date_trunc('month', at))",
      "create table u (at timestamptz) partition by range (at)",
    ],
  },
  {
    kind: "foreign key",
    before: `create type mood as enum ('a'); create type tone as enum ('a'); create domain code as text;
      create table p (id bigint primary key, email text unique, a int, b int, note text, m mood unique, c code unique, unique (a, b), x int);
      create unique index px on p (x) where x > 0; create table n (id int); create view v as select id from p;
      create table d (id int, unique (id) deferrable);
      create table c (id int, p_id bigint, t text, a int, b int, m mood, o tone, c code, u uuid, f numeric)`,
    statements: [
      "alter table c add foreign key (p_id) references p",
      "alter table c add foreign key (id) references p (id)",
      "alter table c add foreign key (t) references p",
      "alter table c add foreign key (f) references p",
      "alter table c add foreign key (u) references p",
      "alter table c add foreign key (t) references p (email)",
      "alter table c add foreign key (c) references p (email)",
      "alter table c add foreign key (t) references p (c)",
      "alter table c add foreign key (m) references p (m)",
      "alter table c add foreign key (o) references p (m)",
      "alter table c add foreign key (t) references p (m)",
      "alter table c add foreign key (m) references p (email)",
      "alter table c add foreign key (a, b) references p (a, b)",
      "alter table c add foreign key (a, b) references p (b, a)",
      "alter table c add foreign key (a) references p (a)",
      "alter table c add foreign key (a, b) references p",
      "alter table c add foreign key (a) references p (x)",
      "alter table c add foreign key (t) references p (note)",
      "alter table c add foreign key (id) references p (missing)",
      "alter table c add foreign key (id) references n",
      "alter table c add foreign key (id) references n (id)",
      "alter table c add foreign key (id) references v (id)",
      "alter table c add foreign key (id) references d (id)",
      "alter table c add foreign key (id) references p (id) not valid",
      "alter table n add primary key (id); alter table c add foreign key (id) references n",
      "create unique index on n (id); alter table c add foreign key (id) references n (id)",
      "create unique index on n ((id + 0)); alter table c add foreign key (id) references n (id)",
      "alter table c add column q uuid references p",
      "alter table c add column q bigint references p",
      "alter table c add column q int, add foreign key (q) references p",
      "alter table n add primary key (id), add foreign key (id) references n",
      "create table k (p bigint references p, e text references p (email))",
      "create table k (p text references p)",
      "create table k (id int primary key, parent int references k)",
      "create table k (a int, b int, foreign key (a, b) references p (a, b))",
      "create table k (a int, b text, foreign key (a, b) references p (a, b))",
    ],
  },
  {
    kind: "partitioned key",
    before: `create table q (id int not null, at date not null, body text) partition by range (at);
      create table e (id int not null, body text) partition by hash (lower(body)); create table plain (id int, at date)`,
    statements: [
      "alter table q add primary key (id)",
      "alter table q add primary key (id, at)",
      "alter table q add unique (body)",
      "alter table q add constraint k unique (at, body)",
      "alter table q add column n int unique",
      "create unique index on q (id)",
      "create unique index on q (id, at)",
      "create unique index on q (id, (at + 1))",
      "create index on q (id)",
      "alter table e add unique (id, body)",
      "create unique index on e (id)",
      "alter table plain add unique (id)",
      "create table r (id int primary key, at date) partition by range (at)",
      "create table r (id int, at date, primary key (id, at)) partition by range (at)",
    ],
  },
  {
    kind: "there already",
    before: `${USERS} create index i on users (age); create view v as select id from users; create materialized view m as select 1 as x;
      alter table users add constraint k check (age > 0), add constraint u unique (email)`,
    statements: [
      "alter table users add column email text",
      "alter table users add column if not exists email text",
      "alter table users add column extra text",
      "alter table users drop column email, add column email int",
      "alter table users add column email int, drop column email",
      "alter table users drop column fax; alter table users add column fax int",
      "alter table users rename column fax to f; alter table users add column fax int",
      "alter table users rename column fax to email",
      "alter table users rename column fax to other",
      "alter table users rename to v",
      "alter table users rename to people; create table users (id int)",
      "alter table users rename to i",
      "create table users (id int)",
      "create table if not exists users (id int)",
      "create table v (id int)",
      "create table i (id int)",
      "create temporary table users (id int)",
      "create table users as select 1 as x",
      "create view v as select 1 as x",
      "create or replace view v as select id from users",
      "create view users as select 1 as x",
      "create materialized view m as select 2 as x",
      "create materialized view mm as select id from v; create index mmi on mm (id); drop view v cascade; create materialized view mm as select 1 as x; create index mmi on mm (x)",
      "create index i on users (email)",
      "create index if not exists i on users (email)",
      "create index users_pkey on users (email)",
      "create index on users (age)",
      "drop index i; create index i on users (email)",
      "alter table users add constraint k check (age > 1)",
      "alter table users add constraint u unique (fax)",
      "alter table users drop constraint k, add constraint k check (age > 1)",
      "alter table users add constraint users_pkey primary key (id)",
      "alter table users add check (age > 2)",
      "drop table users cascade; create table users (id int); create view v as select id from users",
      "do $$ begin if false then alter table users add column email text; end if; end $$",
      "do $$ begin alter table users add column email text; exception when duplicate_column then null; end $$",
      "do $$ begin alter table users add column email text; end $$",
      "do $$ begin execute 'drop table users cascade'; end $$; create table users (id int)",
      "do $$ begin execute format('drop table %I cascade', 'users'); end $$; create table users (id int)",
      "create schema other; set search_path = other; create table users (id int); reset search_path; drop schema other cascade",
    ],
  },
  {
    kind: "not there",
    before: `${USERS} alter table users add constraint k check (age > 0); create index i on users (email); create view v as select id from users;
      create table o (id int primary key, user_id bigint constraint owned references users, "Total" int, unique (user_id));
      create table p (id int, at date) partition by range (at); create table p1 partition of p default; create table c (x int) inherits (o)`,
    statements: [
      "alter table users drop column nope",
      "alter table users drop column if exists nope",
      "alter table only users alter column nope set not null",
      "alter table users alter column nope drop not null",
      "alter table users alter column nope type int",
      "alter table users alter column nope set default 1",
      "alter table users alter column nope drop default",
      "alter table if exists users alter column nope drop default",
      "alter table users rename column nope to x",
      "alter table users rename nope to x",
      "alter table users rename column fax to x",
      "alter table users rename column fax to x; alter table users drop column fax",
      "alter table users drop column fax; alter table users alter fax type int",
      "alter table users add column x int, alter column x set not null",
      "alter table users add column x int; alter table users alter column x set not null",
      "alter table users drop column age, add column age text",
      "alter table o drop column total",
      'alter table o drop column "Total"',
      "alter table c alter column user_id set default 1",
      "alter table p1 alter column id set default 1",
      "alter table public.users drop column nope",
      "create schema s; create table s.users (nope int); alter table s.users drop column nope; drop schema s cascade",
      "set search_path = pg_temp, public; create temporary table users (nope int); alter table users drop column nope",
      "create table w as select 1 as nope; alter table w drop column nope",
      "create table w (like users); alter table w drop column email",
      "create type pair as (x int, y int); create table w of pair; alter table w alter x set default 1",
      "alter view v rename column id to x",
      "alter table v rename column id to x",
      "alter table users drop constraint nope",
      "alter table users drop constraint if exists nope",
      "alter table users drop constraint k",
      "alter table users drop constraint k; alter table users drop constraint k",
      "alter table o drop constraint owned",
      "alter table o drop constraint o_user_id_key",
      "alter table o drop constraint o_user_id_fkey",
      "alter table users validate constraint nope",
      "alter table users validate constraint k",
      "alter table users rename constraint nope to x",
      "alter table users rename constraint k to l; alter table users drop constraint l",
      "alter table users rename constraint k to l; alter table users drop constraint k",
      "alter table users add constraint l check (age > 1) not valid, validate constraint l",
      "alter table users add unique (nope)",
      "alter table users add column x int, add unique (x)",
      "alter table o add foreign key (nope) references users",
      "create index on users (nope)",
      "create index on users (id) include (nope)",
      "create index on users (lower(email))",
      "do $$ begin if false then alter table users drop column nope; end if; end $$",
      "do $$ begin alter table users drop column nope; exception when undefined_column then null; end $$",
      "do $$ begin execute 'alter table users add column nope int'; end $$; alter table users drop column nope",
    ],
  },
  {
    kind: "twice",
    before: `${USERS} create type pair as (x int, y int); create table t (p pair, a int[])`,
    statements: [
      "create table w (a int, b int, a text)",
      "create table w (a int, b int)",
      "create table w (a int, primary key (a, a))",
      "create table w (a int, unique (a, a))",
      "alter table users add column n int, add column n text",
      "alter table users add column n int, add column if not exists n int",
      "alter table users add column n int, add column o text",
      "insert into users (id, email, id) values (1, 'a', 2)",
      "insert into users (id, email) values (1, 'a')",
      "insert into t (p.x, p.y) values (1, 2)",
      "update users set age = 1, age = 2",
      "update users set age = 1, fax = ''",
      "update users set (age, age) = (1, 2)",
      "update t set p.x = 1, p.y = 2",
      "update t set a[1] = 1, a[2] = 2",
      "insert into users (id) values (1) on conflict (id) do update set age = 1, age = 2",
      "create view w (a, a) as select 1, 2",
      "create type w as (a int, a int)",
      "create index on users (age, age)",
    ],
  },
];

const others: Form[] = OTHERS.flatMap(({ kind, before, statements }) =>
  statements.map((statement) => ({ kind: `${kind}: ${statement}`, before, statement })),
);

export const FORMS: readonly Form[] = [...dependents, ...others];
