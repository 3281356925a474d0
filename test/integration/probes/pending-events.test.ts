import { beforeAll, describe, expect, it } from "vitest";
import { probePendingEvents } from "../../../lib/core/probes/index.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { runProbe } from "../../../lib/steps/probing/run-probe.js";
import { testClock, testScript } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(() => loadParser());

const SETUP = `
  create table users (id int primary key); insert into users values (1), (2);
  create table card (id int primary key, customer_id int references users deferrable initially deferred,
    plain_id int references users, late_id int references users deferrable, state text);
  create table "o""dd" ("k k" int references users deferrable initially deferred, n int);`;
const ROWS = `insert into card values (77, null, null, null, 'a'), (78, 2, 2, 2, 'b'); insert into "o""dd" values (null, 1);`;

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

/** Names of the tenant's own, and what the release touched before: the clone shows them, no probe asks. */
const LEFT = [
  "update card set customer_id = (select max(id) from users); alter table card add column note text",
  "update card set customer_id = own(1); alter table card add column note text",
  "update card set customer_id = '1'::own; alter table card add column note text",
  "update card set customer_id = u.id from users u; alter table card add column note text",
  "alter table card rename column state to s; update card set customer_id = 1; alter table card add column note text",
];

describe("pending trigger events", () => {
  it.each(LEFT)("are not asked about: %s", async (sql) => {
    const database = await temporaryDatabase("18", SETUP);
    const catalog = await readCatalog(await testSession(database.url, "read"), null);
    expect(probePendingEvents([testScript(sql, "m.sql").statements], catalog)).toEqual([]);
  });
});

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
      expect(answers.filter(({ status }) => status === "unknown")).toEqual([]);
      const refused = await database.client.query(sql).then(
        () => false,
        (error) => error.code === "55006",
      );
      expect(answers.some(({ status }) => status === "hit")).toBe(refused);
    },
  );
});
