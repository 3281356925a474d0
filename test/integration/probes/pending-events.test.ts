import { beforeAll, describe, expect, it } from "vitest";
import { probePendingEvents } from "../../../lib/core/probes/index.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { runProbe } from "../../../lib/steps/probing/run-probe.js";
import { testClock, testScript } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { lintExample } from "../../support/rule-example.js";
import { testSession } from "../../support/session.js";

beforeAll(() => loadParser());

const SETUP = `
  create table users (id int primary key); insert into users values (1), (2);
  create table card (id int primary key, customer_id int references users deferrable initially deferred,
    plain_id int references users, late_id int references users deferrable, state text);
  create table pair (a int references users, b int references users deferrable initially deferred);
  create function look() returns trigger language plpgsql as 'begin return null; end';
  create table watched (n int); create constraint trigger look after insert or update or delete on watched
    deferrable initially deferred for each row execute function look();
  create table queue (place int unique deferrable initially deferred, n int);
  create table item (card int references card on delete cascade, owner int references users deferrable initially deferred);
  create table inbox (n int); create function card() returns trigger language plpgsql as
    'begin update card set customer_id = 1 where customer_id is null; return null; end';
  create trigger card after insert or delete on inbox for each statement execute function card();
  create table lot (id int primary key, again int references lot deferrable initially deferred);
  create table thing (lot int references lot on delete cascade);
  create view cards as select id, customer_id, state from card;
  create table kin (n int); create table kid (u int references users deferrable initially deferred) inherits (kin);
  create table "o""dd" ("k k" int references users deferrable initially deferred, n int);`;
const ROWS = `insert into card values (77, null, null, null, 'a'), (78, 2, 2, 2, 'b'); insert into "o""dd" values (null, 1); insert into pair values (null, null); insert into watched values (1); insert into queue values (1, 1), (2, 2); insert into lot values (1, 1), (2, 1); insert into thing values (1); insert into inbox values (1); insert into kid values (1, null);`;

const fill = "update card set customer_id = 1 where customer_id is null";
const after = (sql: string) => `${fill}; ${sql}`;

/** What each does on a tenant with such rows is not told here: the server says. */
const RELEASES = [
  after("alter table card alter customer_id set not null"),
  after("alter table card add column note text"),
  after("truncate card"),
  after("alter table card drop column state; alter table card add column more int"),
  after("set constraints all immediate; alter table card add column note text"),
  after("set constraints card_customer_id_fkey immediate; alter table card add column note text"),
  after("alter table users add column note text"),
  after("alter table card rename column state to condition"),
  after("comment on table card is 'x'"),
  "update card set customer_id = customer_id; alter table card add column note text",
  "update card set customer_id = null; alter table card add column note text",
  "update card set plain_id = 1; alter table card add column note text",
  "update card set late_id = 1; alter table card add column note text",
  "update card set state = 'x'; alter table card add column note text",
  "update card as c set customer_id = case when c.state = 'a' then 1 else c.customer_id end; alter table card add column note text",
  "update card set customer_id = coalesce(customer_id, 1) where lower(state) = 'a'; alter table card add column note text",
  `update "o""dd" set "k k" = 1 where "k k" is null; alter table "o""dd" add x int`,
  "alter table card add column note text; update card set state = 'x'",
];

/** Names of the tenant's own, what the release touched before, other statements: a clone of the tenant tells, where there are rows. */
const LEFT = [
  "update card set customer_id = (select max(id) from users); alter table card add column note text",
  "update card set customer_id = own(1); alter table card add column note text",
  "update card set customer_id = '1'::own; alter table card add column note text",
  "update card set customer_id = u.id from users u; alter table card add column note text",
  "alter table card rename column state to s; update card set customer_id = 1; alter table card add column note text",
];

/** Other statements that leave events, and others that are refused. */
const OTHERS = [
  "insert into card (id, customer_id) select id, id from users where id > 1; alter table card add x int",
  "insert into card (id, customer_id) select id, id from users where id > 5; alter table card add x int",
  "delete from users where id = 1; alter table users add x int",
  "update users set id = id + 10 where id = 1; alter table users add x int",
  "with w as (update card set customer_id = 1 where id < 78 returning 1) select 1 from w; truncate card",
  "do $$ begin update card set customer_id = 1 where id < 78; alter table card add x int; end $$",
  "do $$ begin update card set customer_id = 1 where id < 78; end $$; alter table card add x int",
  "set constraints all deferred; update card set late_id = 1 where id < 78; alter table card add x int",
  "set constraints all deferred; update card set late_id = 1 where id < 78; set constraints all immediate; alter table card add x int",
  "update card set customer_id = 1 where id < 78; drop table card",
  "update card set customer_id = 1 where id < 78; create index on card (state)",
  "update card set customer_id = 1 where id < 78; cluster card using card_pkey",
  "update pair set a = 1, b = 1; alter table pair add x int",
  "update watched set n = 2; alter table watched add x int",
  "delete from watched; alter table watched add x int",
  "insert into watched select id from users; alter table watched add x int",
  "update queue set place = place + 1; alter table queue add x int",
  "update queue set n = place + 1; alter table queue add x int",
  "insert into queue select id from users; alter table queue add x int",
  "update item set card = card; alter table item add x int",
  "delete from inbox; alter table card add x int",
  "insert into inbox select id from users; alter table card add x int",
  "insert into inbox values (7); alter table card add x int",
  "update cards set customer_id = 1 where id < 78; alter table card add x int",
  "delete from cards where id = 78; alter table card add x int",
  "update kid set u = 1; alter table kin add x int",
  "delete from lot where id = 2; alter table lot add x int",
  "delete from card; alter table item add x int",
  "merge into card c using users u on u.id = c.id - 76 when matched then update set customer_id = 1; alter table card add x int",
  "update card set customer_id = 1 where id < 78; alter table card rename to cards",
  "update card set customer_id = 1 where id < 78; reindex table card",
];

/** Code of the tenant's own, and statements that lead to it. */
const CODE = `
  create function f() returns void language plpgsql as 'begin update card set customer_id = 2 where id < 78; end';
  create procedure p() language plpgsql as 'begin update card set customer_id = 2 where id < 78; end';
  create function g() returns int language sql as 'select f(); select 1';
  create function dyn(t text) returns int language plpgsql as 'begin execute format(''update %I set customer_id = 2 where id < 78'', t); return 1; end';
  create function alterc() returns int language plpgsql as 'begin alter table card add column zz int; return 1; end';
  create function late() returns int language plpgsql as 'begin set constraints all deferred; update card set late_id = 1; return 1; end';
  create function cond() returns int language plpgsql as 'begin if exists (select from users where id = 2) then insert into card values (99, 1); end if; return 1; end';
  create table dflt (n int default g(), m int);
  create view vf as select g() as x;
  create materialized view mf as select g() as x with no data;
  create table bag (n int);
  create function addx(a int) returns int language sql as 'insert into card (id, customer_id) values (a, a) returning id';
  create function plus(int, int) returns int language plpgsql as 'begin update card set customer_id = 2 where id < 78; return 1; end';
  create operator @+@ (leftarg = int, rightarg = int, function = plus);
  create function readonly() returns bigint language sql as 'select count(*) from card';
  create function other() returns int language sql as 'update bag set n = 1; select 1';`;
const BEHIND = [
  "select f(); alter table card add column x int",
  "call p(); alter table card add column x int",
  "do $$ begin perform f(); end $$; alter table card add column x int",
  "do $$ begin perform f(); alter table card add column x int; end $$",
  "do $$ declare r record; begin for r in select * from users loop insert into card(id, customer_id) values (r.id, r.id); end loop; end $$; alter table card add column x int",
  "do $$ declare r int; begin select max(id) into r from users; if r > 0 then insert into card(id, customer_id) values (r, r); end if; end $$; alter table card add column x int",
  "select g(); alter table card add column x int",
  "insert into dflt (m) values (1); alter table card add column x int",
  "insert into dflt (m) select id from users; alter table card add column x int",
  "select * from vf; alter table card add column x int",
  "insert into bag select x from vf; alter table card add column x int",
  "select addx(id) from users; alter table card add column x int",
  "select addx(7); alter table card add column x int",
  "select 1 @+@ 2; alter table card add column x int",
  "create function h() returns void language plpgsql as 'begin update card set customer_id = 2 where id < 78; end'; select h(); alter table card add column x int",
  "update card set customer_id = 2 where id < 78; select alterc()",
  "select late(); alter table card add column x int",
  "select cond(); alter table card add column x int",
  "do $$ begin if exists (select from users where id = 2) then insert into card values (99, 1); end if; end $$; alter table card add column x int",
  "update bag set n = g(); alter table card add column x int",
  "insert into bag values (g()); alter table card add column x int",
  "select f(); alter table users add column x int",
  "do $$ begin execute 'update card set customer_id = 2 where id < 78'; end $$; alter table card add column x int",
  "do $$ declare q text := 'card'; begin execute 'update ' || q || ' set customer_id = 2 where id < 78'; end $$; alter table card add column x int",
  "create table t2 as select g() as x; alter table card add column x int",
  "with w as (select g()) select * from w; alter table card add column x int",
  "select 1 where g() = 1; alter table card add column x int",
  "explain analyze update card set customer_id = 2 where id < 78; alter table card add column x int",
  "prepare q as update card set customer_id = 2 where id < 78; execute q; alter table card add column x int",
  "declare c cursor for select g(); fetch all from c; alter table card add column x int",
  "select dyn('card'); alter table card add column x int",
  "create rule ru as on insert to bag do also update card set customer_id = 2 where id < 78; insert into bag values (1); alter table card add column x int",
];

/** Code that leaves nothing in the table, or not before it is altered. */
const NOTHING_LEFT = [
  "select readonly(); alter table card add column x int",
  "select other(); alter table card add column x int",
];

async function linted(sql: string): Promise<readonly string[]> {
  const example = { before: SETUP, bad: "", good: "", options: {} };
  return (await lintExample(example, `begin; ${sql}; commit;`, "a.sql")).map(({ code }) => code);
}

describe.each(["15", "18"] as const)("pending trigger events, on %s", (major) => {
  it.each(RELEASES.flatMap((sql) => [["such rows", sql, ROWS] as const, ["none", sql, ""] as const]))(
    "are foretold as the server refuses them, with %s: %s",
    async (_, sql, rows) => {
      const database = await temporaryDatabase(major, `${SETUP}${rows}`);
      const session = await testSession(database.url, "read");
      const queries = probePendingEvents([testScript(sql, "m.sql").statements], await readCatalog(session, null));
      const scope = { timeout: 20_000, costLimit: 1e8, schema: null, clock: testClock };
      const answers = [];
      for (const query of queries) answers.push(await runProbe(session, query, scope));
      // What it has read is locked as long as it is open.
      await session.close();
      expect(answers.filter(({ status }) => status === "unknown")).toEqual([]);
      const refused = await database.client.query(sql).then(
        () => false,
        (error) => error.code === "55006",
      );
      expect(answers.some(({ status }) => status === "hit")).toBe(refused);
      if (refused) expect(await linted(sql)).toContain("SG117");
    },
  );

  const asked = async (sql: string, rows: string) => {
    const database = await temporaryDatabase(major, `${SETUP}${CODE}${rows}`);
    const session = await testSession(database.url, "read");
    const queries = probePendingEvents([testScript(sql, "m.sql").statements], await readCatalog(session, null));
    const scope = { timeout: 20_000, costLimit: 1e8, schema: null, clock: testClock };
    const answers = [];
    for (const query of queries) answers.push((await runProbe(session, query, scope)).status);
    await session.close();
    return { answers, client: database.client };
  };

  it.each(BEHIND)("never pass where code behind a statement leaves them: %s", async (sql) => {
    const { answers, client } = await asked(sql, ROWS);
    const refused = await client.query(`begin; ${sql}`).then(
      () => null,
      (error) => error.code,
    );
    if (refused === "55006") expect(answers).toContain(sql.startsWith("update card") ? "hit" : "unknown");
    else expect(answers).not.toContain("hit");
  });

  it.each(NOTHING_LEFT)("ask for no clone where code leaves nothing: %s", async (sql) => {
    expect((await asked(sql, ROWS)).answers.filter((status) => status !== "pass")).toEqual([]);
  });

  it.each([...LEFT, ...OTHERS].flatMap((sql) => [["such rows", sql, ROWS] as const, ["none", sql, ""] as const]))(
    "never pass where the server refuses, with %s: %s",
    async (_, sql, rows) => {
      const own =
        "create function own(int) returns int immutable language sql as 'select $1'; create domain own as int;";
      const database = await temporaryDatabase(major, `${SETUP}${own}${rows}`);
      const session = await testSession(database.url, "read");
      const queries = probePendingEvents([testScript(sql, "m.sql").statements], await readCatalog(session, null));
      const scope = { timeout: 20_000, costLimit: 1e8, schema: null, clock: testClock };
      const answers = [];
      for (const query of queries) answers.push(await runProbe(session, query, scope));
      await session.close();
      const refused = await database.client.query(`begin; ${sql}`).then(
        () => false,
        (error) => error.code === "55006",
      );
      if (refused) expect(answers.map(({ status }) => status)).not.toEqual(answers.map(() => "pass"));
      // A tenant without such rows is asked for no clone.
      if (rows === "" && /^(update|delete|with)/.test(sql) && !sql.includes("users set") && !sql.includes("from users"))
        expect(answers.filter(({ status }) => status !== "pass")).toEqual([]);
    },
  );
});
