import { afterAll, beforeAll, expect, it } from "vitest";
import { endpointOf } from "../../lib/adapters/pg/endpoint.js";
import { openProofDatabases } from "../../lib/api/open-proof-databases.js";
import { readCatalog } from "../../lib/steps/catalog/read-catalog.js";
import { Gate } from "../support/gate.js";
import { createDatabase, serverUrl, type TestDatabase } from "../support/postgres.js";
import { openTestSession } from "../support/session.js";

const BASE = `create table users (id bigint primary key, name text not null); create table orders (id bigint primary key,
  user_id bigint references users, total numeric(10, 2)); create index orders_user on orders (user_id);`;
const RELEASE = "alter table orders add column note text;";
const RUNS = 5;

let databases: readonly TestDatabase[];
beforeAll(async () => {
  const ledger =
    "create table schema_migrations (version bigint primary key, dirty boolean not null); insert into schema_migrations values (1, false);";
  const rows = "insert into users select i, 'n' from generate_series(1, 100) i";
  databases = await Promise.all([1, 2, 3].map(() => createDatabase("18", `${BASE} ${ledger} ${rows}`)));
  // A template must have no connections.
  await Promise.all(databases.map(({ client }) => client.end()));
});
afterAll(async () => {
  await Promise.all(databases.map((each) => each.drop()));
});

/** The parts that a check cannot do without, each measured alone. */
async function parts(url: string): Promise<Readonly<Record<string, number>>> {
  const start = performance.now();
  const session = await openTestSession(url, "read");
  const connected = performance.now();
  await readCatalog(session, null);
  const read = performance.now();
  await session.close();
  const before = performance.now();
  const databases = await openProofDatabases(endpointOf(serverUrl("18")));
  const copied = performance.now();
  const write = await databases.chain.open({ purpose: "write", statementTimeout: 0, lockTimeout: 0 });
  await write.script(`set search_path = public; ${BASE}`);
  const from = performance.now();
  await write.script(RELEASE);
  const executed = performance.now();
  await write.close();
  await databases.chain.drop();
  return { connect: connected - start, catalog: read - connected, clone: copied - before, execute: executed - from };
}

it("tells where a check of one small release over three small tenants spends its time", {
  timeout: 300_000,
}, async () => {
  const tenants = databases.map(({ url }, at) => `t${at + 1},${url},`);
  const gate = new Gate(tenants, "golang-migrate");
  gate.addFile("000001_base.up.sql", Buffer.from(BASE));
  gate.addFile("000002_note.up.sql", Buffer.from(RELEASE));
  const answers = [];
  const alone = [];
  for (let run = 0; run < RUNS; run++) {
    answers.push(await gate.check());
    alone.push(await parts(databases[0]?.url ?? ""));
  }
  gate.destroy();
  expect(answers.map(({ passed }) => passed)).toEqual(answers.map(() => true));
  const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
  const states = [...new Set(answers.flatMap((answer) => answer.states.map(([name]) => name)))];
  for (const name of states) {
    const ms = median(answers.map((answer) => answer.states.find(([state]) => state === name)?.[1] ?? 0));
    console.log(`| ${name} | ${Math.round(ms)} |`);
  }
  console.log(`| whole check | ${Math.round(median(answers.map(({ ms }) => ms)))} |`);
  for (const part of ["connect", "catalog", "clone", "execute"]) {
    console.log(`| alone: ${part} | ${Math.round(median(alone.map((each) => each[part] ?? 0)))} |`);
  }
});
