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

export const FORMS: readonly Form[] = dependents;
