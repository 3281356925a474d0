import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { WorkloadQuery } from "../../../lib/core/workload/workload.js";
import { writtenBetween } from "../../../lib/steps/rewrite/written-between.js";
import { cloning } from "../../support/clones.js";
import { testClock, testMigration } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";

beforeAll(() => loadParser());

const ROWS = `create table orders (id bigserial primary key, number int not null, note text);
  insert into orders (number, note) select g, 'note ' || g from generate_series(1, 5) g;
  create table other (id int primary key, done boolean); insert into other values (1, true), (2, true)`;

const INSERT = "insert into orders (number, note) values ($1, $2)";
const UPDATE = "update orders set number = $1 where id = $2";

const query = (text: string): WorkloadQuery => ({
  ...{ id: "0123456789abcdef", text, role: "an application's, which is not here", versions: [], calls: null },
  ...{ callsPerHour: null, meanMs: null, rows: null, parameters: null, sources: [] },
});

async function between(original: string, steps: readonly string[], queries: readonly string[]) {
  const database = await temporaryDatabase("18", ROWS);
  const { makeClone, left } = cloning("18", database.name);
  await database.client.end();
  const written = await writtenBetween(
    steps.map((sql, at) => testMigration(sql, null, `${at + 1}`)),
    testMigration(original, null, "0"),
    queries.map(query),
    {
      ...{ cluster: "c", schema: null, makeClone, difference: null, clock: testClock, thorough: false },
      settings: { lockTimeout: 5_000, statementTimeout: 60_000, concurrentTimeout: 60_000 },
    },
  );
  expect([...left]).toEqual([]);
  return written;
}

const WIDER = "alter table orders alter number type bigint";
const SECOND = "alter table orders add number_new bigint";
const FILL = "update orders set number_new = number where number_new is null";
const SWAP = "alter table orders drop number; alter table orders rename number_new to number";
const KEPT_EQUAL = `${SECOND};
  create function same() returns trigger language plpgsql as $$begin new.number_new := new.number; return new; end$$;
  create trigger same before insert or update on orders for each row execute function same()`;
const NOT_NULL = "alter table orders alter number_new set not null";

describe("what the application writes between the steps", () => {
  it("is none of a plan's business if it writes nothing here", async () => {
    expect(await between(WIDER, [SECOND, FILL], ["select 1", "insert into elsewhere values (1)"])).toEqual({
      between: null,
      reason: null,
    });
  });

  it("ends as around the original, if a trigger keeps the second column equal", async () => {
    const swap = `drop trigger same on orders; drop function same(); ${SWAP}; ${"alter table orders alter number set not null"}`;
    const steps = [KEPT_EQUAL, FILL, swap];
    expect(await between(WIDER, steps, [INSERT, UPDATE, "delete from orders where id = $1"])).toMatchObject({
      between: { queries: 3, uncompared: null, refused: 0 },
      reason: null,
    });
  });

  it.each([
    ["an INSERT after the second column was filled, without the trigger", INSERT],
    ["an UPDATE of it", UPDATE],
  ])("shows %s", async (_, text) => {
    const { reason } = await between(WIDER, [SECOND, FILL, `${SWAP}; select 1`], [text]);
    expect(reason).toMatch(/public\.orders|not null/i);
  });

  it("shows a step that refuses what neither the old nor the new schema refuses", async () => {
    const steps = [`${SECOND} not null default 0`, "alter table orders add check (number < 0) not valid", "select 1"];
    const back = `${SECOND} not null default 0; alter table orders add check (number < 0) not valid`;
    expect((await between(back, steps, [INSERT])).reason).toBeNull();
    const early = [
      "alter table orders add constraint c check (number < 0) not valid",
      "select 1",
      "alter table orders drop constraint c",
    ];
    expect((await between("select 1", early, [INSERT])).reason).toBe(
      "public.orders ends with other rows, whenever the original runs",
    );
  });

  it("lets every table have its own moment", async () => {
    const original = `alter table orders add check (number < 0) not valid; update other set done = false`;
    const steps = ["alter table orders add check (number < 0) not valid", "update other set done = false", "select 1"];
    const writes = [INSERT, "insert into other (id, done) values ($1, $2)"];
    expect(await between(original, steps, writes)).toMatchObject({ reason: null, between: { uncompared: null } });
  });

  it("says that the original does not run with these rows either", async () => {
    const steps = ["select 1", "alter table orders add unique (note)"];
    const written = await between("alter table orders add unique (note)", steps, [INSERT]);
    expect(written.between?.uncompared).toMatch(/could not create unique index.* \[23505\]$/);
  });

  it("counts no value that differs from run to run", async () => {
    const steps = [`alter table orders add at timestamptz default clock_timestamp()`, "select 1"];
    const written = await between(steps[0] ?? "", steps, [
      INSERT,
      "update orders set note = gen_random_uuid() where id = $1",
    ]);
    expect(written).toMatchObject({ reason: null, between: { queries: 2 } });
  });

  it("shows a step that does not run with these rows, where the original does", async () => {
    expect((await between(WIDER, [NOT_NULL, "select 1"], [INSERT])).reason).toMatch(/step fails: 1\/up\.sql: column/);
  });
});
