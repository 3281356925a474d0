import { beforeAll, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { seedRows } from "../../../lib/steps/proof/seed-rows.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(() => loadParser());

it("rows are made at once, one by one where a constraint refuses one of them, and columns without values get theirs", async () => {
  const database = await temporaryDatabase(
    "18",
    `create table plain (id int primary key, name text not null);
     create table parted (id int primary key check (id <> 2), plain_id int references plain);
     create table refusing (id int check (id < 0) not null);
     create table older (id int primary key, later text, kept text);
     insert into older values (7, null, 'k'), (8, 'there', null);`,
  );
  const session = await testSession(database.url);
  const seeded = await seedRows(session, 3);
  expect(seeded).toMatchObject({ tables: 2, refused: [{ table: "public.refusing" }] });
  expect(await session.query("select id from public.plain order by id")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  expect(await session.query("select id, plain_id from public.parted order by id")).toEqual([
    { id: 1, plain_id: 1 },
    { id: 3, plain_id: 3 },
  ]);
  expect(await session.query("select count(*)::int as rows from public.refusing")).toEqual([{ rows: 0 }]);
  const older = await session.query("select id, later, kept from public.older order by id");
  expect(older).toEqual([
    { id: 7, later: expect.any(String), kept: "k" },
    { id: 8, later: "there", kept: expect.any(String) },
  ]);
});
