import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FaultFleet } from "../../support/faults/fault-fleet.js";
import { BASELINE } from "../../support/faults/fault-release.js";
import { ended, until } from "../../support/fleet.js";

const ROWS = 3_000;
const BASE = `CREATE SCHEMA app;
CREATE TABLE app.items (id serial PRIMARY KEY, name text NOT NULL, lower_name text, met int NOT NULL DEFAULT 0);
INSERT INTO app.items (name) SELECT 'Item ' || n FROM generate_series(1, ${ROWS}) n;`;

const MARK = "-- schema-gate: backfill by id batch 20ms";
const FILL = "UPDATE app.items SET lower_name = lower(name) WHERE lower_name IS NULL;";
const COUNT = "UPDATE app.items SET met = met + 1;";

function write(directory: string): string {
  const folder = join(directory, "migrations");
  mkdirSync(folder);
  writeFileSync(join(folder, `${BASELINE}_baseline.up.sql`), BASE);
  return folder;
}

describe("schema-gate backfill", { timeout: 240_000 }, () => {
  let fleet: FaultFleet;

  beforeAll(async () => {
    fleet = await FaultFleet.create(3, write);
    fleet.groups = { t000: "eu", t001: "eu", t002: "us" };
    fleet.writeRegistry();
    fleet.writeConfig({ canary: 1, lockTimeout: "2s" });
  }, 300_000);
  afterAll(() => fleet.destroy());
  beforeEach(() => fleet.clear());

  const file = (name: string, text: string) => {
    writeFileSync(join(fleet.directory, name), text);
    return name;
  };
  const rows = (id: string, sql: string) => fleet.inDatabase(id, async (client) => (await client.query(sql)).rows);
  const seen = () =>
    Promise.all(
      fleet.tenants.map(
        async (id) =>
          (
            await rows(
              id,
              "select count(*) filter (where lower_name is null)::int as lacking, array_agg(distinct met order by met) as met from app.items",
            )
          )[0],
      ),
    );
  const ledger = (id: string) => rows(id, "select version, name from schema_gate.backfill_ledger order by applied_at");
  const approved = async (...words: string[]) => {
    const asked = await fleet.command(["backfill", ...words, "--no-wait"]);
    expect(asked.code, asked.stderr).toBe(4);
    const [, run = ""] = /^Run (\S+)/m.exec(asked.stderr) ?? [];
    const given = await fleet.command(["approve", run]);
    expect(given.code, given.stderr).toBe(0);
    const end = await fleet.command(["resume", run]);
    expect(end.code, end.stderr).toBe(0);
  };

  it("is proved, approved, run in every tenant, recorded in a ledger of its own, and taken back", async () => {
    const name = file("fill.sql", `${MARK}\n${FILL}`);
    const before = await rows("t000", "select version, name, checksum from schema_gate.ledger");
    const asked = await fleet.command(["backfill", name, "--no-wait"]);
    expect(asked.code, asked.stderr).toBe(4);
    expect(asked.stderr).toContain("fill on 3 tenants");
    expect((await seen()).map(({ lacking }) => lacking)).toEqual([ROWS, ROWS, ROWS]);
    expect(fleet.proofs().flatMap(({ proof }) => proof.findings.map(({ code }) => code))).toContain("backfill.proved");
    await fleet.command(["approve"]);
    const end = await fleet.command(["resume", "--json"]);
    expect(end.code, end.stderr).toBe(0);
    expect(JSON.parse(end.stdout)).toMatchObject({
      outcome: "passed",
      release: "fill",
      tenants: { total: 3, migrated: 3 },
    });
    expect((await seen()).map(({ lacking }) => lacking)).toEqual([0, 0, 0]);
    expect(await ledger("t000")).toEqual([{ version: "backfill:fill", name: "fill" }]);
    const after = await rows("t000", "select version, name, checksum from schema_gate.ledger");
    expect(after).toEqual(before);
    const status = JSON.parse((await fleet.command(["status", "--json"])).stdout);
    expect(status[0].backfills).toMatchObject([{ pace: "done", rows: ROWS }, { pace: "done" }, { pace: "done" }]);
    const trail = await fleet.command(["audit", "show"]);
    expect(trail.stdout).toContain("backfill");
    expect((await fleet.command(["audit", "verify"])).code).toBe(0);

    const back = await fleet.command(["rollback", "--yes"]);
    expect(back.code, back.stderr).toBe(0);
    expect((await seen()).map(({ lacking }) => lacking)).toEqual([ROWS, ROWS, ROWS]);
    expect(await ledger("t000")).toEqual([]);
  });

  it("is not done twice, and once more only where somebody asks for it", async () => {
    const name = file("count.sql", `${MARK}\n${COUNT}`);
    await approved(name, "--group", "eu");
    expect((await seen()).map(({ met }) => met)).toEqual([[1], [1], [0]]);
    // Another time for a batch makes no other backfill of it.
    file("count.sql", `${MARK.replace("20ms", "30ms")}\n${COUNT}`);
    await approved(name);
    expect((await seen()).map(({ met }) => met)).toEqual([[1], [1], [1]]);
    const none = await fleet.command(["backfill", name, "--no-wait"]);
    expect(none.code, none.stderr).toBe(0);
    await approved(name, "--again", "--tenant", "t002");
    expect((await seen()).map(({ met }) => met)).toEqual([[1], [1], [2]]);
    file("count.sql", `${MARK}\nUPDATE app.items SET met = met + 2;`);
    const edited = await fleet.command(["backfill", name, "--no-wait"]);
    expect(edited.code).toBe(1);
    expect(edited.stderr).toContain("release.edited");
  });

  it("leaves a release of the migrations as it was", async () => {
    await approved(file("fill.sql", `${MARK}\n${FILL}`));
    const check = await fleet.command(["check"]);
    expect(check.code, check.stderr).toBe(0);
  });

  it("goes on from its cursor after a kill", async () => {
    const asked = await fleet.command(["backfill", file("count.sql", `${MARK}\n${COUNT}`), "--no-wait"]);
    expect(asked.code, asked.stderr).toBe(4);
    await fleet.command(["approve"]);
    const killed = fleet.start("dist/bin/schema-gate.js", ["resume"]);
    const begun = "select to_regclass('schema_gate.backfill') is not null as there";
    await until(async () => {
      if (!(await rows("t000", begun))[0].there) return false;
      return (await rows("t000", "select 1 from schema_gate.backfill where (state->>'batches')::int > 0")).length > 0;
    }, "a batch is done");
    killed.kill("SIGKILL");
    await ended(killed);
    // The text of a half-done backfill may not change under it.
    file("count.sql", `${MARK}\nUPDATE app.items SET met = met + 5;`);
    const end = await fleet.command(["resume"]);
    expect(end.stderr).toContain("count.sql changed");
    expect(end.code, end.stderr).toBe(0);
    expect((await seen()).map(({ met }) => met)).toEqual([[1], [1], [1]]);
  });

  it("blocks where a tenant lacks the table, and goes without it", async () => {
    await rows("t001", "alter table app.items rename to things");
    const name = file("fill.sql", `${MARK}\n${FILL}`);
    const blocked = await fleet.command(["backfill", name, "--no-wait"]);
    expect(blocked.code).toBe(1);
    expect(blocked.stderr).toMatch(/backfill\.no-table \[t001\].*app\.items/);
    await approved(name, "--exclude", "t001");
  });

  it.each([
    ["no annotation", FILL, /fill\.sql is not a backfill: no comment above its statement/],
    ["several statements", `${MARK}\n${FILL}\n${COUNT}`, /must be the only one of its migration/],
    ["a comment in another form", `-- schema-gate: backfill over id\n${FILL}`, /does not say by which key/],
    ["a SELECT", `${MARK}\nSELECT 1;`, /only an UPDATE, a DELETE and an INSERT … SELECT/],
    ["DDL", `${MARK}\nALTER TABLE app.items ADD x int;`, /only an UPDATE/],
    ["a text that is no SQL", `${MARK}\nUPDAT app.items;`, /syntax error/],
    ["nothing", "", /is not a backfill|no migration/],
    ["the mark alone", MARK, /no statement follows it/],
    ["a table of another name", `-- schema-gate: backfill by x.id\n${FILL}`, /the comment names x/],
    ["WITH", `${MARK}\nWITH a AS (SELECT 1) ${FILL}`, /WITH query/],
  ])("refuses %s before there is a run", async (_, text, said) => {
    const answer = await fleet.command(["backfill", file("fill.sql", text)]);
    expect({ code: answer.code, stderr: answer.stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(said),
    });
    expect(existsSync(join(fleet.directory, ".schema-gate", "runs"))).toBe(false);
  });

  it("refuses what is no file of its own", async () => {
    const of = async (...words: string[]) => {
      const { code, stderr } = await fleet.command(["backfill", ...words]);
      return `${code} ${stderr}`;
    };
    expect(await of("nowhere.sql")).toMatch(/^2 .*nowhere\.sql cannot be read: ENOENT/);
    expect(await of("migrations")).toMatch(/^2 .*migrations is not a SQL file/);
    expect(await of(`migrations/${BASELINE}_baseline.up.sql`)).toMatch(/^2 .*is not a backfill/);
    const inside = join("migrations", "20240202_fill.up.sql");
    expect(await of(file(inside, `${MARK}\n${FILL}`))).toMatch(/^2 .*lies in the folder of migrations/);
    expect(await of()).toMatch(/^2 .*missing required argument 'file'/);
    expect(await of(file("fill.sql", `${MARK}\n${FILL}`), "--tenant", "nobody")).toMatch(/^2 .*nobody/);
    expect(readFileSync(join(fleet.directory, "fill.sql"), "utf8")).toContain(FILL);
  });
});
