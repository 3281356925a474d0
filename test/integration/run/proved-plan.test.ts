import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runOutput } from "../../../lib/cli/json/run.js";
import { readEvidence } from "../../../lib/core/evidence/evidence.js";
import { schemaGate } from "../../support/captured-io.js";
import { temporaryDatabase } from "../../support/postgres.js";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "proved-plan-"));
  mkdirSync(join(root, "migrations"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const ORDERS =
  "create table orders (id bigint primary key, email text); create table customers (id bigint primary key)";

/** A fleet of one tenant whose table the planner takes for one of two million rows. */
async function check(release: Readonly<Record<string, string>>) {
  const { url, client } = await temporaryDatabase(
    "18",
    `${ORDERS}; insert into orders select g, g || '@example.com' from generate_series(1, 500) g; analyze;
     update pg_class set reltuples = 2000000 where relname = 'orders'`,
  );
  await client.end();
  for (const [name, sql] of Object.entries(release)) writeFileSync(join(root, "migrations", name), `${sql}\n`);
  writeFileSync(join(root, "tenants.csv"), `id,url\na,${url}\n`);
  const config = {
    migrations: "migrations",
    registry: { file: "tenants.csv" },
    connection: { superuser: "a server of the tests alone" },
    staging: { mode: "same host" },
  };
  writeFileSync(join(root, "schema-gate.yaml"), JSON.stringify(config));
  const answer = await schemaGate(root, ["check", "--json"]);
  const output = runOutput.parse(JSON.parse(answer.stdout));
  const evidence = readEvidence(readFileSync(join(output.folder, "evidence.json"), "utf8"));
  return { output, evidence, page: readFileSync(output.report, "utf8") };
}

const HAZARD = "alter table orders alter email set not null";

it("carries a proved plan for a hazard that blocks, in its findings, its evidence and on the page", async () => {
  const { output, evidence, page } = await check({
    "1_extra.sql": "alter table orders add column note text",
    "2_present.sql": HAZARD,
  });
  expect(output.outcome, output.reason).toBe("blocked");
  expect(evidence.rewrites).toMatchObject([
    {
      migration: "2",
      file: "2_present.sql",
      original: { strongest: "AccessExclusiveLock" },
      steps: [
        { phase: "expand", back: true },
        { phase: "expand", back: true, hold: { writersMs: 0, readersMs: 0 } },
        { phase: "switch", back: true },
      ],
    },
  ]);
  expect(evidence.findings.find(({ code }) => code === "rewrite.proved")).toMatchObject({
    severity: "note",
    subject: { kind: "migration", name: "2" },
    remedy: { command: "schema-gate rewrite migrations/2_present.sql --write" },
  });
  expect(page).toContain("Ways without the lock");
  expect(page).toContain("2_present.sql");
});

it("proves none where no hazard blocks", async () => {
  const fine = await check({ "1_extra.sql": "alter table customers add column note text" });
  expect(fine.evidence.rewrites).toBeUndefined();
});

it("proves none for a hazard without such a way", async () => {
  const none = await check({ "1_full.sql": "-- no-transaction\nvacuum full orders" });
  expect([none.output.outcome, none.evidence.rewrites]).toEqual(["blocked", undefined]);
});
