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
  create table named (id name primary key, v int); create view v as select * from other`;

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
  ["insert into other select n, case when v is null then 'a' else lower(v) end from t on conflict do nothing", "id"],
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
  ["update t set v = reads(parent) where v is null", "id", "function"],
  ["delete from t where v is null", "id", "cascades"],
  ["update moved set code = code + 1", "id", "cascades"],
  ["update t set n = n + 1", "uid", "rows-meanwhile"],
  ["update moved set id = id + 1 where code > 0", "code", "no-key"],
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
