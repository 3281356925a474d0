import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planBackfill } from "../../../lib/core/backfill/plan.js";
import type { Catalog } from "../../../lib/core/catalog/catalog.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { testMigration } from "../../support/migration.js";
import { createDatabase, type TestDatabase } from "../../support/postgres.js";
import { openTestSession } from "../../support/session.js";

const SETUP = `create table t (id bigint generated always as identity primary key, uid uuid not null unique, maybe int unique,
    j jsonb, v text, n int not null default 0, parent bigint references t, part int, kind text not null);
  create unique index partial on t (kind) where v is null; create unique index up on t (upper(kind));
  create table child (id int primary key, t bigint references t on delete cascade);
  create table moved (id int primary key, code int unique); create table follows (code int references moved (code) on update cascade);
  create table parts (id int primary key, v text) partition by range (id); create table part1 partition of parts for values from (0) to (9);
  create table base (id int primary key, v text); create table derived () inherits (base);
  create table walled (id int primary key, v text); alter table walled enable row level security;
  create table ruled (id int primary key, v text); create rule r as on update to ruled do also notify x;
  create table other (id int primary key, v text); create view seen as select * from t;
  create function reads(i bigint) returns text language sql stable as 'select v from t where id = i';
  create function pure(i text) returns text language sql immutable as 'select upper(i)';
  create function chain() returns trigger language plpgsql as 'begin update fired set v = 1 where id = new.id + 1; return null; end';
  create function quiet() returns trigger language plpgsql as 'begin new.v := 2; return new; end';
  create table fired (id int primary key, v int); create trigger chain after update on fired for each row execute function chain();
  create table counted (id int primary key, v int); create trigger each after update on counted for each statement execute function chain();
  create table calm (id int primary key, v int); create trigger quiet before update on calm for each row execute function quiet();
  create table off (id int primary key, v int); create trigger chain after update on off for each row execute function chain(); alter table off disable trigger chain;
  create table named (id name primary key, v int); create view v as select * from other;
  create view deep as select count(*) as c from seen; create view calm_view as select o.v, count(*) as c from other o group by o.v;
  create table par (id bigint primary key, v text); create table kid (primary key (id)) inherits (par);
  create function ranked(x t) returns text language sql stable as 'select count(*)::text from t';
  create function lower(x t) returns text language sql stable as 'select count(*)::text from t';
  create function lies(i int) returns text language sql immutable as 'select max(v) from t';
  create function marked() returns text language sql stable as 'select max(v) from t /* IMMUTABLE */';
  create function deeper(i int) returns text language plpgsql immutable as 'begin return lies(i); end';
  create function dynamic(i int) returns text language plpgsql immutable as $$ declare r text; begin execute 'select max(v) from t' into r; return r; end $$;
  create function fine(i int) returns text language plpgsql immutable as 'declare r text; begin r := upper(i::text); if r is null then return ''x''; end if; return r; end';
  create function atomic(i text) returns text language sql immutable return upper(i) || 'x';
  create aggregate mysum(int) (sfunc = int4pl, stype = int, initcond = '0');
  create function opf(a int, b int) returns text language sql stable as 'select max(v) from t'; create operator ### (leftarg = int, rightarg = int, function = opf);
  create table nodes (id int primary key, parent int references nodes, v text);
  create table late (id int primary key, pos int unique deferrable, v text);
  create table pay (id int primary key, t bigint, n int, unique (t, n));
  create table dflt (id bigint, v text default reads(1)); create table plain (id bigint primary key, v text);
  create domain checked as text check (lies(length(value)) is null); create table held (id bigint, v checked); create table guarded (id int primary key, v text check (lies(length(v)) is null));
  create table down (id int generated always as identity (increment by -1) primary key, n int not null default 0);
  create table turns (id int generated always as identity (maxvalue 9 cycle) primary key, n int not null default 0);
  create table gen (id int primary key, g int generated always as (id * 2) stored unique not null, n int, h int generated always as (n) stored);
  create table log (who bigint, what text); create table logged (id int primary key, v int);
  create function logs() returns trigger language plpgsql as 'begin insert into log values (new.id, tg_op); perform pg_notify(''a'', ''b''); return null; end';
  create trigger logs after insert or update on logged for each row execute function logs();
  create table seen_all (id int primary key, v int);
  create trigger all_rows after update on seen_all referencing new table as nt for each row execute function logs();
  create table tricky (id int primary key, v int); create trigger "a AFTER b ON c" after update on tricky for each statement execute function logs();
  create table helped (id int primary key, v text);
  create function helps() returns trigger language plpgsql as 'begin new.v := reads(1); return new; end'; create trigger helps before update on helped for each row execute function helps();
  create table moving (id int primary key, v int); create function moves() returns trigger language plpgsql as 'declare n alias for new; begin n.id := n.id + 1; return n; end';
  create trigger moves before update on moving for each row execute function moves();
  create table swapped (id int primary key, v int); create function swaps() returns trigger language plpgsql as 'declare r swapped; begin r := new; r.id := 5; return r; end';
  create trigger swaps before update on swapped for each row execute function swaps();
  create table asked (id int primary key, v int); create function asks() returns trigger language plpgsql as 'begin select 1 into new.id; return new; end';
  create trigger asks before update on asked for each row when (new.v > 0) execute function asks();
  create table conditional (id int primary key, v int); create trigger c before update on conditional for each row when (marked() is null) execute function quiet();
  create table dyn (id int primary key, v int); create function dyns() returns trigger language plpgsql as $$ begin execute 'update dyn set v = 1'; return new; end $$;
  create trigger dyns after update on dyn for each row execute function dyns();
  create table chained (id int primary key, v int); create function chains() returns trigger language plpgsql as 'begin insert into logged values (new.id); return new; end';
  create trigger chains after update on chained for each row execute function chains();
  create table redundant (id int primary key, v int); create trigger r before update on redundant for each row execute function suppress_redundant_updates_trigger();
  create table ahead (id int primary key default 0, n int not null default 0); create sequence ahead_ids as int cache 20 owned by ahead.id;
  alter table ahead alter id set default nextval('ahead_ids');
  create table private (id int primary key, v text); alter table private enable row level security;
  create policy mine on private using (exists (select from t where t.n = private.id and t.v is null));
  create table own (id int primary key, v text); alter table own enable row level security; create policy own on own using (v = current_setting('a.b', true));
  create table sly_log (who bigint, what text default reads(1)); create table sly (id int primary key, v int);
  create function slys() returns trigger language plpgsql as 'begin insert into sly_log (who) values (new.id); return null; end';
  create trigger slys after update on sly for each row execute function slys();
  create schema aside; create table aside.log (who bigint, what text);
  create table elsewhere (id int primary key, v int);
  create function goes() returns trigger language plpgsql set search_path = aside, public as 'begin insert into log values (new.id); return null; end';
  create trigger goes after update on elsewhere for each row execute function goes();
  create table qualified (id int primary key, v int);
  create function stays() returns trigger language plpgsql set search_path = '' as 'begin insert into public.log values (new.id); return null; end';
  create trigger stays after update on qualified for each row execute function stays()`;

const CUT: readonly (readonly [string, string])[] = [
  ["update t set v = kind where v is null", "id"],
  ["update t set v = pure(kind) where v is null", "uid"],
  ["update only t set n = n + 1", "id"],
  ["update t as x set v = o.v from other o where o.id = x.n and x.v is null", "x.id"],
  ["update t set v = (select max(o.v) from other o) where v is null", "id"],
  ["update calm set v = 1 where v is null", "id"],
  ["update off set v = 1 where v is null", "id"],
  ["update moved set id = id where code is null", "code"],
  ["delete from other where v is null", "id"],
  ["insert into other select n, v from t where v is not null", "id"],
  ["insert into other (id) select x.n from t x left join child c on c.t = x.id", "x.id"],
  ["insert into other select n, case when v is null then 'a' else upper(v) end from t", "id"],
  ["insert into plain select id, v from t on conflict do nothing", "id"],
  ["insert into plain select id, v from t where v is not null for share on conflict do nothing", "uid"],
  ["insert into parts (id, v) select id, v from t for share on conflict do nothing", "id"],
  ["insert into parts (id, v) select id, v from t", "id"],
  [
    "insert into plain select x.id, c.id::text from t x left join child c on c.id = x.n on conflict (id) do nothing",
    "x.id",
  ],
  ["insert into plain (id) select x.id from t x where not exists (select from plain p where p.id = x.id)", "x.id"],
  ["insert into dflt (id, v) select id, v from t", "id"],
  ["insert into other select (select count(*) from child c where c.t = x.id), x.v from t x", "x.id"],
  ["insert into other select n, (select json_agg(c.id)::text from child c where c.t = t.id) from t", "id"],
  ["insert into log select id, gen_random_uuid()::text from t", "id"],
  ["update logged set v = 1 where v is null", "id"],
  ["insert into held select id, kind from t", "id"],
  ["update guarded set v = 'a' where v is null", "id"],
  ["update redundant set v = 1 where v is null", "id"],
  ["update t set v = fine(n) || atomic(kind) where v is null", "id"],
  ["update t set v = to_char(now(), 'YYYY') where v is null", "id"],
  ["update t set v = 'now' where v = 'now'", "id"],
  ["update t set v = c.v from calm_view c where c.v = t.kind and t.v is null", "id"],
  [
    "update t set v = s.v from (select p.t, max(p.n)::text as v from pay p group by p.t) s where s.t = t.id and t.v is null",
    "id",
  ],
  ["update t set v = s.b from (values (1, 'a'), (2, 'b')) s(a, b) where s.a = t.n and t.v is null", "id"],
  ["update t set v = o.v from pay p join other o on o.id = p.n where p.t = t.id and p.n = t.n and t.v is null", "id"],
  [
    "update t x set v = o.v from other o, lateral (select p.id from pay p where p.t = x.id order by 1 limit 1) l where o.id = x.n and x.v is null",
    "x.id",
  ],
  ["update t set (v, n) = (select o.v, o.id from other o where o.id = t.n) where v is null", "id"],
  ["update t set j = jsonb_set(j, '{a}', to_jsonb(upper(kind))) where j ? 'b' and not j ? 'a'", "id"],
  [
    "update t set v = kind where v is null and n between 1 and 5 and kind like 'a%' and date_trunc('year', '2024-01-01'::date) is not null",
    "id",
  ],
  ["update t set v = o.v from own o where o.id = t.n and t.v is null", "id"],
  ["update qualified set v = 1 where v is null", "id"],
];

const REFUSED: readonly (readonly [string, string, string])[] = [
  ["select 1", "id", "form"],
  ["insert into other values (1)", "id", "form"],
  ["with x as (select 1) update t set v = 'a'", "id", "form"],
  ["insert into other select n from child c right join t on t.id = c.t", "id", "form"],
  ["update t set v = 'a' where v is null", "y.id", "form"],
  ["update nowhere set v = 'a' where v is null", "id", "no-table"],
  ["update v set v = 'a' where v is null", "id", "no-table"],
  ["update parts set v = 'a' where v is null", "id", "partitioned"],
  ["update part1 set v = 'a' where v is null", "id", "partitioned"],
  ["insert into part1 select id, v from t", "id", "partitioned"],
  ["insert into other select id, v from parts", "id", "partitioned"],
  ["insert into plain select id, v from t for update on conflict do nothing", "id", "whole"],
  ["insert into plain select id, v from t for share skip locked on conflict do nothing", "id", "whole"],
  ["insert into plain select id, v from t for share", "id", "whole"],
  ["update base set v = 'a' where v is null", "id", "inherited"],
  ["update walled set v = 'a' where v is null", "id", "row-security"],
  ["insert into other select id, v from walled", "id", "row-security"],
  ["update ruled set v = 'a' where v is null", "id", "rule"],
  ["update fired set v = 1 where v is null", "id", "trigger"],
  ["update counted set v = 1 where v is null", "id", "trigger"],
  ["update t set v = 'a' where v is null", "v", "no-key"],
  ["update t set v = 'a' where v is null", "maybe", "no-key"],
  ["update t set v = 'a' where v is null", "kind", "no-key"],
  ["update t set v = 'a' where v is null", "nothing", "no-key"],
  ["update t set v = 'a' where v is null", "id, uid", "no-key"],
  ["update named set v = 1 where v is null", "id", "key-type"],
  ["update t set uid = gen_random_uuid() where v is null", "uid", "key-changed"],
  ["insert into other select count(*), kind from t group by kind", "id", "whole"],
  ["insert into other select count(*) from t", "id", "whole"],
  ["insert into other select n, row_number() over (order by id)::text from t", "id", "whole"],
  ["insert into other select distinct n from t", "id", "whole"],
  ["insert into other select n from t order by id", "id", "whole"],
  ["insert into other select n from t limit 5", "id", "whole"],
  ["insert into other select n from t union select id from child", "id", "whole"],
  ["insert into other select n, v from t on conflict (id) do update set v = excluded.v", "id", "whole"],
  ["update t set v = (select p.v from t p where p.id = t.parent)", "id", "own-rows"],
  ["update t set v = p.v from t p where p.id = t.parent", "id", "own-rows"],
  ["delete from other where exists (select from other x where x.v = other.v and x.id < other.id)", "id", "own-rows"],
  ["update t set v = (select max(v) from seen) where v is null", "id", "own-rows"],
  ["insert into t (uid, kind) select uid, kind from t", "id", "own-rows"],
  ["update t set v = (select c::text from deep) where v is null", "id", "own-rows"],
  ["update kid set v = (select max(v) from par) where v is null", "id", "own-rows"],
  ["update par set v = 'a' where v is null", "id", "inherited"],
  [
    "insert into plain (id) select x.id from t x where not exists (select from plain p where p.id = x.n)",
    "x.id",
    "own-rows",
  ],
  [
    "insert into plain (id) select x.n from t x where not exists (select from plain p where p.id = x.id)",
    "x.id",
    "own-rows",
  ],
  [
    "insert into plain (id) select x.id from t x where exists (select from plain p where p.id = x.id)",
    "x.id",
    "own-rows",
  ],
  ["update t set v = (select max(p.relname::text) from pg_class p) where v is null", "id", "no-table"],
  ["update t x set v = x.ranked where v is null", "x.id", "function"],
  ["update t x set v = (x).ranked where v is null", "x.id", "function"],
  ["update t x set v = lower(x) where v is null", "x.id", "function"],
  ["update t set v = marked() where v is null", "id", "function"],
  ["update t set v = lies(n) where v is null", "id", "own-rows"],
  ["update t set v = deeper(n) where v is null", "id", "own-rows"],
  ["update t set v = dynamic(n) where v is null", "id", "function"],
  ["update t set v = n ### 1 where v is null", "id", "function"],
  ["update t set v = query_to_xml('select 1', true, true, '')::text where v is null", "id", "function"],
  ["update t set v = nowhere(n) where v is null", "id", "function"],
  ["insert into dflt (id) select id from t", "id", "function"],
  ["update t set v = kind::checked where v is null", "id", "own-rows"],
  ["update t set n = n + 1 where v < now()::text", "id", "moving"],
  ["update t set n = n + 1 where kind < current_date::text", "id", "moving"],
  ["update t set n = n + 1 where kind < 'now'::timestamptz::text", "id", "moving"],
  ["update t set n = 1 where random() < 0.5", "id", "moving"],
  ["delete from other where clock_timestamp() > '2024-01-01'", "id", "moving"],
  ["insert into other select n from t where nextval('t_id_seq') > 0", "id", "moving"],
  ["update t set v = o.v from other o where o.id = t.n + (random() * 3)::int and t.v is null", "id", "moving"],
  ["update t set v = (select o.v from other o where o.id > random() limit 1) where v is null", "id", "moving"],
  ["delete from t where age('2024-01-01'::date) > interval '1 year'", "id", "cascades"],
  ["update moved set id = 1 where age('2024-01-01'::date) > interval '1 year'", "code", "no-key"],
  ["update t set v = p.id::text from pay p where p.t = t.id and t.v is null", "id", "several"],
  [
    "update t set v = p.id::text from pay p left join other o on o.id = p.n where p.t = t.id and p.n = o.id and t.v is null",
    "id",
    "several",
  ],
  ["update t set v = o.v from other o where o.id > t.n and t.v is null", "id", "several"],
  ["update t set v = s.b from (values (1, 'a'), (1, 'b')) s(a, b) where s.a = t.n and t.v is null", "id", "several"],
  [
    "update t set v = s.v from (select p.t, p.n::text as v from pay p) s where s.t = t.id and t.v is null",
    "id",
    "several",
  ],
  ["update t set v = g::text from generate_series(1, 3) g where t.v is null", "id", "several"],
  ["insert into other select mysum(n) from t", "id", "whole"],
  ["insert into other (v) select xmlagg(xmlelement(name x, v))::text from t", "id", "whole"],
  ["insert into other (v) select (select max(t.v)) from t", "id", "whole"],
  ["insert into other (v) select (select count(t)::text) from t", "id", "whole"],
  ["insert into other (v) select (select string_agg(t.v, ',') from child c) from t", "id", "whole"],
  ["insert into other select n, v from t on conflict do nothing", "id", "whole"],
  [
    "insert into plain select x.id, c.id::text from t x left join child c on c.t = x.id on conflict do nothing",
    "x.id",
    "whole",
  ],
  ["insert into other select n from t tablesample system (50)", "id", "form"],
  ["update t set v = 'a' where v is null returning id", "id", "form"],
  ["update t set v = 'a' where ctid = '(0,1)'", "id", "form"],
  ["update t x set v = x.xmin::text", "x.id", "form"],
  ["insert into log select id, v from t", "uid", "rows-meanwhile"],
  ["insert into log select id, id::text from down", "id", "rows-meanwhile"],
  ["update turns set n = n + 1", "id", "rows-meanwhile"],
  ["update t x set n = (to_jsonb(x) ->> 'n')::int + 1", "x.uid", "rows-meanwhile"],
  ["update gen set n = h + 1", "id", "rows-meanwhile"],
  ["update gen set n = 1", "g", "key-changed"],
  ["delete from nodes where v is null", "id", "own-reference"],
  ["insert into nodes select n, n, v from t", "id", "own-reference"],
  ["update late set pos = pos + 1 where v is null", "id", "whole"],
  ["update seen_all set v = 1 where v is null", "id", "trigger"],
  ["update tricky set v = 1 where v is null", "id", "trigger"],
  ["update helped set v = 'a' where v is null", "id", "trigger"],
  ["update moving set v = 1 where v is null", "id", "trigger"],
  ["update swapped set v = 1 where v is null", "id", "trigger"],
  ["update asked set v = 1 where v is null", "id", "trigger"],
  ["update conditional set v = 1 where v is null", "id", "trigger"],
  ["update dyn set v = 1 where v is null", "id", "trigger"],
  ["update chained set v = 1 where v is null", "id", "trigger"],
  ["update logged set v = (select count(*) from log) where v is null", "id", "trigger"],
  ["update t set v = reads(parent) where v is null", "id", "function"],
  ["delete from t where v is null", "id", "cascades"],
  ["update moved set code = code + 1", "id", "cascades"],
  ["update t set n = n + 1", "uid", "rows-meanwhile"],
  ["update moved set id = id + 1 where code > 0", "code", "no-key"],
  ["update ahead set n = n + 1", "id", "rows-meanwhile"],
  ["update t set v = p.v from private p where p.id = t.n and t.v is null", "id", "row-security"],
  ["update t set v = (select max(v) from private) where v is null", "id", "row-security"],
  ["update sly set v = 1 where v is null", "id", "trigger"],
  ["update elsewhere set v = 1 where v is null", "id", "trigger"],
];

describe.each(["15", "18"] as const)("which statements can be cut on %s", (major) => {
  let catalog: Catalog;
  let database: TestDatabase;
  beforeAll(async () => {
    await loadParser();
    database = await createDatabase(major, SETUP);
    const session = await openTestSession(database.url);
    catalog = await readCatalog(session, null);
    await session.close();
  });
  afterAll(() => database.drop());

  function planned(sql: string, by: string) {
    const { up } = testMigration(`-- schema-gate: backfill by ${by}\n${sql}`);
    const [statement] = up.statements;
    if (!statement || !up.backfill) throw new Error("the comment was not read");
    return planBackfill(statement, up.backfill, catalog);
  }

  it.each(REFUSED)("%s by %s is refused: %s", (sql, by, code) => {
    expect(planned(sql, by).refusal?.code).toBe(code);
  });

  it.each(CUT.filter(([sql]) => !sql.startsWith("update moved")))("%s by %s is cut", (sql, by) => {
    expect(planned(sql, by).refusal).toBeNull();
  });
});
