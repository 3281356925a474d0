import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FaultFleet } from "../support/faults/fault-fleet.js";
import { BASELINE } from "../support/faults/fault-release.js";

const TENANTS = 250;
const CONNECTIONS = 4;
const ROUNDS = 2;

const BASE = `create schema app;
create table app.items (id int primary key, n int not null, note text not null);
insert into app.items select i, 0, 'note ' || i from generate_series(1, 1000) i`;
const RELEASE = ["alter table app.items add column extra int", "create index items_n on app.items (n)"];

let fleet: FaultFleet;

beforeAll(async () => {
  fleet = await FaultFleet.create(TENANTS, (directory) => {
    const folder = join(directory, "migrations");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${BASELINE}_base.up.sql`), `${BASE};\n`);
    writeFileSync(join(folder, "20240201_extra.up.sql"), `${RELEASE.join(";\n")};\n`);
    return folder;
  });
  // Straight to the server, as the others are.
  fleet.writeRegistry(fleet.tenants, fleet.directory, fleet.server.port);
  fleet.writeConfig({ canary: TENANTS }, fleet.directory, CONNECTIONS);
  // dbmate's driver refuses the one SCRAM iteration of a disposable server; with the usual number all three pay the same.
  await fleet.inDatabase("postgres", async (client) => {
    await client.query("set scram_iterations = 4096");
    await client.query(`alter role postgres password '${fleet.server.password}'`);
  });
  await fleet.approve();
}, 600_000);
afterAll(() => fleet.destroy(), 120_000);

/** The same statements and a ledger row, with nothing checked. Milliseconds. */
async function bare(): Promise<number> {
  await fleet.restore();
  const started = performance.now();
  const queue = [...fleet.tenants];
  const work = async () => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      const client = new pg.Client({ connectionString: fleet.server.url(id) });
      await client.connect();
      await client.query("begin");
      for (const sql of RELEASE) await client.query(sql);
      await client.query(
        "insert into schema_gate.ledger (version, name, checksum, elapsed_ms) values ('20240201', 'extra', 'x', 1)",
      );
      await client.query("commit");
      await client.end();
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return performance.now() - started;
}

/** The wave as its own trail times it: every check, the tally, and the verification. Milliseconds. */
async function gate(): Promise<number> {
  await fleet.restore();
  const { code, stderr } = await fleet.command(["resume"]);
  expect(code, stderr).toBe(0);
  const at = (action: string) => Date.parse(fleet.trail().find((event) => event.action === action)?.at ?? "");
  return at("wave.finished") - at("wave.started");
}

/** A shell loop over the tenants, as its manual shows. Milliseconds; null where npm cannot fetch it. */
async function dbmate(): Promise<number | null> {
  await fleet.restore();
  const folder = mkdtempSync(join(tmpdir(), "dbmate-"));
  try {
    mkdirSync(join(folder, "migrations"));
    const up = `-- migrate:up\n${RELEASE.join(";\n")};\n-- migrate:down\n`;
    writeFileSync(join(folder, "migrations", "20240201_extra.sql"), up);
    writeFileSync(join(folder, "package.json"), "{}");
    if (spawnSync("npm", ["install", "--silent", "dbmate"], { cwd: folder }).status !== 0) return null;
    const urls = fleet.tenants.map((id) => `${fleet.server.url(id)}?sslmode=disable`).join("\n");
    writeFileSync(join(folder, "urls"), `${urls}\n`);
    const loop = `while read -r url; do ./node_modules/.bin/dbmate --url "$url" --migrations-dir migrations --no-dump-schema up || exit 1; done < urls`;
    const started = performance.now();
    const { status, stderr } = spawnSync("sh", ["-c", loop], { cwd: folder, encoding: "utf8" });
    expect(status, stderr).toBe(0);
    return performance.now() - started;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it("a rollout to 250 tenants beside a bare loop and beside dbmate", async () => {
  const bares: number[] = [];
  const gates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bares.push(await bare());
    gates.push(await gate());
  }
  const peer = await dbmate();
  const [floor, ours] = [Math.min(...bares), Math.min(...gates)];
  const shown = (ms: number) => `${(ms / TENANTS).toFixed(1)} ms a tenant`;
  console.log(`bare ${shown(floor)}, ours ${shown(ours)}: ${(ours / floor).toFixed(2)} ×`);
  console.log(
    peer === null ? "dbmate: npm could not fetch it" : `dbmate ${shown(peer)}: ${(peer / ours).toFixed(1)} × ours`,
  );
  if (peer !== null) expect(peer / ours).toBeGreaterThan(3);
}, 900_000);
