import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FaultFleet } from "../../support/faults/fault-fleet.js";
import { BASELINE } from "../../support/faults/fault-release.js";
import { ended, until } from "../../support/fleet.js";

const ROWS = 5_000;

/** One column is filled by rows that lack it, the other counts how often its row was met. */
const FILES: Readonly<Record<string, string>> = {
  [`${BASELINE}_baseline.up.sql`]: `CREATE SCHEMA app;
CREATE TABLE app.items (id serial PRIMARY KEY, name text NOT NULL, met int NOT NULL CHECK (met < 2));
INSERT INTO app.items (name, met) SELECT 'Item ' || n, 0 FROM generate_series(1, ${ROWS}) n;`,
  "20240201_lower.up.sql": "ALTER TABLE app.items ADD COLUMN lower_name text;",
  "20240202_fill.up.sql": `-- schema-gate: backfill by id batch 20ms
UPDATE app.items SET lower_name = lower(name) WHERE lower_name IS NULL;`,
  "20240203_count.up.sql": `-- schema-gate: backfill by id batch 20ms
UPDATE app.items SET met = met + 1;`,
};

function write(directory: string): string {
  const folder = join(directory, "migrations");
  mkdirSync(folder);
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  return folder;
}

describe("a backfill in a rollout", { timeout: 240_000 }, () => {
  let fleet: FaultFleet;

  beforeAll(async () => {
    fleet = await FaultFleet.create(3, write);
    fleet.writeConfig({ canary: 1, lockTimeout: "2s" });
    await fleet.approve();
  }, 300_000);
  afterAll(() => fleet.destroy());
  beforeEach(() => fleet.restore());

  /** By tenant: rows that lack the name, and how often the rows were met. */
  const seen = () =>
    Promise.all(
      fleet.tenants.map((id) =>
        fleet.inDatabase(id, async (client) => {
          const sql = `select count(*) filter (where lower_name is distinct from lower(name))::int as lacking,
            array_agg(distinct met order by met) as met, count(*)::int as rows from app.items`;
          return (await client.query(sql)).rows[0];
        }),
      ),
    );
  const batches = (id: string) =>
    fleet.inDatabase(id, async (client) => {
      const there = await client.query("select to_regclass('schema_gate.backfill') is not null as there");
      if (!there.rows[0].there) return 0;
      return Number(
        (await client.query("select coalesce(sum((state->>'batches')::int), 0) as n from schema_gate.backfill")).rows[0]
          .n,
      );
    });
  const DONE = { lacking: 0, met: [1], rows: ROWS };

  it("meets every row of every tenant once, and is taken back exactly", async () => {
    expect(fleet.proofs().flatMap(({ proof }) => proof.findings.map(({ code }) => code))).toContain("backfill.proved");
    const end = await fleet.command(["resume"]);
    expect(end.code, end.stderr).toBe(0);
    expect(await seen()).toEqual(fleet.tenants.map(() => DONE));
    const back = await fleet.command(["rollback", "--yes"]);
    expect(back.code, back.stderr).toBe(0);
    const { rows } = await fleet.inDatabase("t001", (client) =>
      client.query("select array_agg(distinct met) as met, count(*)::int as rows from app.items"),
    );
    expect(rows).toEqual([{ met: [0], rows: ROWS }]);
  });

  it("goes on from its cursor after a kill, and repeats nothing", async () => {
    const killed = fleet.start("dist/bin/schema-gate.js", ["resume"]);
    await until(async () => (await batches("t000")) > 1, "batches are done");
    killed.kill("SIGKILL");
    await ended(killed);
    const end = await fleet.command(["resume"]);
    expect(end.code, end.stderr).toBe(0);
    expect(await seen()).toEqual(fleet.tenants.map(() => DONE));
  });

  it("is held between two batches while the run is paused", async () => {
    const running = fleet.start("dist/bin/schema-gate.js", ["resume"]);
    let said = "";
    running.stderr?.on("data", (chunk) => {
      said += chunk;
    });
    const end = ended(running);
    await until(async () => (await batches("t000")) > 0, "the first batch is done");
    await fleet.command(["pause"]);
    await until(() => said.includes("The rollout is held: paused by"), "the rollout is held");
    const held = await batches("t000");
    expect(held).toBeGreaterThan(0);
    expect((await fleet.command(["status"])).stdout).toContain("held: paused by");
    expect(await batches("t000")).toBe(held);
    await fleet.command(["resume"]);
    const result = await end;
    expect(result.code, result.stderr).toBe(0);
    expect(await seen()).toEqual(fleet.tenants.map(() => DONE));
  });

  it("halts at a row that fails, names it, and goes on when it is repaired", async () => {
    const met = (n: number) =>
      fleet.inDatabase("t002", (client) => client.query("update app.items set met = $1 where id = 3000", [n]));
    await met(1);
    const halted = await fleet.command(["resume"]);
    expect(halted.code).toBe(1);
    expect(`${halted.stdout}${halted.stderr}`).toMatch(/halted at the row id 3000/);
    await met(0);
    const end = await fleet.command(["resume"]);
    expect(end.code, end.stderr).toBe(0);
    expect(await seen()).toEqual(fleet.tenants.map(() => DONE));
  });
});
