import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { watchOutput } from "../../lib/cli/json/watch.js";
import { schemaGate } from "../support/captured-io.js";
import { MAJORS } from "../support/majors.js";
import { temporaryDatabase } from "../support/postgres.js";

const SCHEMA = "create table t (id int, name text); insert into t values (1, 'a'), (1, 'b')";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "watch-"));
  mkdirSync(join(root, "migrations"));
  writeFileSync(join(root, "migrations", "V1__a.sql"), "CREATE TABLE t (id int, name text);\n");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function registry(tenants: Readonly<Record<string, string>>): void {
  const rows = Object.entries(tenants).map(([id, url]) => `${id},${url}`);
  writeFileSync(join(root, "tenants.csv"), ["id,url", ...rows, ""].join("\n"));
}

function config(more: object = {}): void {
  const text = { migrations: "migrations", registry: { file: "tenants.csv" }, staging: { mode: "same host" }, ...more };
  writeFileSync(join(root, "schema-gate.yaml"), JSON.stringify(text));
}

async function watch(...argv: string[]) {
  const { code, stdout, stderr } = await schemaGate(root, ["watch", "--json", ...argv], {
    env: { SCHEMA_GATE_STATE: join(root, "state") },
  });
  const { first, changes, exempt } = watchOutput.parse(JSON.parse(stdout));
  const told = changes.map(({ code, tenants, details }) => [code, tenants.join(), ...details].join("|"));
  return { code, first, told, exempt, stderr, changes };
}

async function text(...argv: string[]) {
  return schemaGate(root, ["watch", ...argv], { env: { SCHEMA_GATE_STATE: join(root, "state") } });
}

describe.each(MAJORS)("watch on PostgreSQL %s", (major) => {
  it("tells what changed since the last look, once", async () => {
    const [a, b, c, d] = await Promise.all(["a", "b", "c", "d"].map(() => temporaryDatabase(major, SCHEMA)));
    if (!a || !b || !c || !d) throw new Error("no databases");
    const urls = { a: a.url, b: b.url, c: c.url };
    registry(urls);
    config();
    expect(await watch("--no-ledgers")).toMatchObject({ code: 0, first: true, told: [] });
    expect(await watch("--no-ledgers")).toMatchObject({ code: 0, first: false, told: [] });

    await Promise.all([a, c].map(({ client }) => client.query("alter table t add column note text")));
    await expect(b.client.query("create unique index concurrently one on t (id)")).rejects.toThrow("could not create");
    registry({ ...urls, d: d.url });
    const seen = await watch("--no-ledgers");
    expect(seen).toMatchObject({ code: 1, first: false });
    expect(seen.told).toEqual([
      "changed|a,c|Column public.t.note was not there before.",
      "changed|b|Index public.t.one was not there before.",
      "invalid-index|b|Index public.t.one is invalid.",
      "new|d",
    ]);
    expect(seen.changes[0]?.since).toMatch(/^20\d\d-/);
    expect(await watch("--no-ledgers")).toMatchObject({ code: 0, told: [] });

    registry({ b: b.url, c: c.url, d: "postgres://postgres@127.0.0.1:1/none" });
    const lost = await text("--no-ledgers");
    expect(lost.code).toBe(1);
    expect(lost.stdout).toMatch(
      /^a: is gone from the registry \(as before at 20[^)]+\)\nd: could not be read[\s\S]+2 changes since/,
    );
    expect(await watch("--no-ledgers")).toMatchObject({ code: 0, told: [] });

    // What changed while it could not be read is told once it can.
    await d.client.query("drop table t");
    registry({ b: b.url, c: c.url, d: d.url });
    expect((await watch("--no-ledgers")).told).toEqual(["reachable|d", "changed|d|Table public.t is missing."]);
  });

  it("honours exemptions, drift that is allowed, and the choice of tenants", async () => {
    const [a, b] = await Promise.all(["a", "b"].map(() => temporaryDatabase(major, SCHEMA)));
    if (!a || !b) throw new Error("no databases");
    registry({ a: a.url, b: b.url });
    const allow = [{ tenant: "a", object: "public.t.n*", reason: "a trial", expires: "2999-12-31" }];
    config({ drift: { allow } });
    await watch("--no-ledgers");
    for (const { client } of [a, b]) await client.query("alter table t add column note text");
    expect(await watch("--no-ledgers", "--tenant", "a")).toMatchObject({ code: 0, told: [] });
    config({ exempt: [{ tenant: "b", reason: "moves", by: "ada", expires: "2999-12-31" }] });
    expect(await watch("--no-ledgers")).toMatchObject({ code: 0, told: [], exempt: ["b"] });
    config();
    expect((await watch("--no-ledgers")).told).toEqual(["changed|b|Column public.t.note was not there before."]);
  });
});

describe("watch", () => {
  it("tells whose ledger fell behind the migrations", async () => {
    const { url, client } = await temporaryDatabase("18", SCHEMA);
    await client.query(
      `create table flyway_schema_history (installed_rank int primary key, version varchar(50), description varchar(200) not null, type varchar(20) not null,
         script varchar(1000) not null, checksum int, installed_by varchar(100) not null, installed_on timestamp not null default now(), execution_time int not null, success bool not null);
       insert into flyway_schema_history values (1, '1', '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', null, 'x', now(), 0, true)`,
    );
    registry({ a: url });
    config();
    expect(await watch()).toMatchObject({ code: 0, first: true, told: [] });
    writeFileSync(join(root, "migrations", "V2__b.sql"), "CREATE TABLE u (id int);\n");
    expect(await watch()).toMatchObject({ code: 1, told: ["behind|a|2"] });
    expect(await watch()).toMatchObject({ code: 0, told: [] });
  });

  it("does not believe a look that somebody else changed, and says so", async () => {
    const { url, client } = await temporaryDatabase("18", SCHEMA);
    registry({ a: url });
    config();
    await watch("--no-ledgers");
    await client.query("drop table t");
    const folder = join(root, ".schema-gate", "watch");
    const [file = ""] = readdirSync(folder);
    writeFileSync(join(folder, file), '{"version":1,"tenants":{}}\n');
    const { code, stdout } = await text("--no-ledgers");
    expect(code).toBe(1);
    expect(stdout).toContain("it is ignored, and this counts as the first look.");
  });

  it("goes on as a service: a line for each pass with a change, until it is stopped", async () => {
    const { url, client } = await temporaryDatabase("18", SCHEMA);
    registry({ a: url });
    config();
    await watch("--no-ledgers");
    const stdout = new PassThrough();
    let said = "";
    const line = new Promise<void>((resolve) => {
      stdout.setEncoding("utf8").on("data", (chunk: string) => {
        said += chunk;
        if (said.endsWith("\n")) resolve();
      });
    });
    const env = { SCHEMA_GATE_STATE: join(root, "state") };
    const service = schemaGate(root, ["watch", "--json", "--no-ledgers", "--every", "1s"], { env, stdout });
    await client.query("alter table t add column later int");
    await line;
    process.emit("SIGTERM");
    expect((await service).code).toBe(0);
    expect(said.trim().split("\n")).toHaveLength(1);
    expect(watchOutput.parse(JSON.parse(said)).changes).toMatchObject([{ code: "changed", tenants: ["a"] }]);
  });

  it.each([
    ["--every", "soon"],
    ["--every", "5ms"],
    ["--tenant", "nobody"],
  ])("refuses %s %s as wrong usage", async (...argv) => {
    registry({ a: (await temporaryDatabase("18")).url });
    config();
    expect(await text("--no-ledgers", ...argv)).toMatchObject({ code: 2, stdout: "" });
  });
});
