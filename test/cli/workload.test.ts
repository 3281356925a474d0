import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { startEmbeddedServer } from "../../lib/adapters/local/embedded-server.js";
import { ownScratchDirectory } from "../../lib/adapters/local/scratch-directory.js";
import { workloadSchema } from "../../lib/core/workload/workload.js";
import { schemaGate } from "../support/captured-io.js";
import { MAJORS, serverPackage } from "../support/majors.js";

let root: string;
const write = (name: string, text: string) => writeFileSync(join(root, name), text);
const saved = (name: string) => workloadSchema.parse(JSON.parse(readFileSync(join(root, name), "utf8")));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "workload-"));
  write("q.sql", "select a from t where b = 'secret';\nselect a from t where c = 2; vacuum t;\n");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("workload", () => {
  it("shows what a file holds, without its values, and what it leaves out", async () => {
    const { code, stdout, stderr } = await schemaGate(root, ["workload", "show", "--sql", "q.sql"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatchInlineSnapshot(`
      "9307bba75eaa5740  q.sql:1
          select a from t where b = $1
      dfcd7c0fc8e33362  q.sql:2
          select a from t where c = ($1::int4)
      1 text is not a SELECT, INSERT, UPDATE, DELETE or MERGE: q.sql:2
      2 queries; 1 text not examined
      "
    `);
  });

  it("saves a file that it reads again, and merges such files", async () => {
    write("b.sql", "select a from t where b = 'other'; select 1");
    await schemaGate(root, ["workload", "save", "a.json", "--sql", "q.sql"]);
    await schemaGate(root, ["workload", "save", "b.json", "--sql", "b.sql"]);
    const { code, stdout } = await schemaGate(root, ["workload", "merge", "all.json", "a.json", "b.json"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "all.json: 3 queries; 1 text not examined\n" });
    expect(saved("all.json").queries).toHaveLength(3);
    expect(readFileSync(join(root, "all.json"), "utf8")).not.toMatch(/secret|other/);
  });

  it.each([
    [["workload", "take"], /workload take is not known/],
    [["workload", "save"], /needs the file to write/],
    [["workload", "merge", "a.json"], /needs the files to read/],
    [["workload", "show", "--sql", "no.sql"], /no\.sql is not there/],
    [["workload", "show", "no.json"], /no\.json is not there/],
    [["workload", "show"], /schema-gate\.yaml could not be read/],
  ])("refuses %j", async (argv, message) => {
    const { code, stderr } = await schemaGate(root, argv);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe.each(MAJORS)("pg_stat_statements on %s", (major) => {
  it("is merged over the tenants by query and role; resets, evictions and a missing extension are said", async () => {
    const directory = ownScratchDirectory("schema-gate-workload-", 200 * 2 ** 20);
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const server = await startEmbeddedServer({
      directory,
      package: await serverPackage(major),
      settings: { shared_preload_libraries: "pg_stat_statements", "pg_stat_statements.max": "100" },
    });
    onTestFinished(() => server.stop());
    const on = async (database: string, sql: string) => {
      const client = new pg.Client({ connectionString: server.url(database) });
      await client.connect();
      try {
        for (const each of sql.split(";")) await client.query(each);
      } finally {
        await client.end();
      }
    };
    await on("postgres", "create role app login; create database a; create database b; create database bare");
    for (const database of ["a", "b"])
      await on(
        database,
        `create extension pg_stat_statements; create table t (a int, b text, at timestamptz); grant all on t to app; set role app;
         select a from t where b = 'secret'; select a from t where b = 'x' and at > now() - interval '1 day'; create temp table w (a int); select * from w`,
      );
    write("tenants.csv", ["id,url", ...["a", "b", "bare"].map((id) => `${id},${server.url(id)}`), ""].join("\n"));
    write(
      "schema-gate.yaml",
      "migrations: .\nregistry: {file: tenants.csv}\nstaging: {mode: same host}\nworkload: {}\n",
    );
    const { code, stderr } = await schemaGate(root, ["workload", "save", "w.json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const found = saved("w.json");
    const one = found.queries.find(({ text }) => /^select a from t where b = \$1$/.test(text));
    expect(one).toMatchObject({ role: "app", calls: 2, sources: [{ place: "a" }, { place: "b" }] });
    expect(found.queries.map(({ text }) => text)).toContain(
      "select a from t where b = $1 and at > now() - ($2::interval)",
    );
    expect(found.unexamined.find(({ reason }) => reason === "temporary-table")?.count).toBe(2);
    expect(JSON.stringify(found)).not.toContain("secret");
    expect(found.remarks).toContain(
      "bare: pg_stat_statements is not installed in the database (CREATE EXTENSION pg_stat_statements).",
    );
    // 13 does not know.
    expect(found.remarks.find((remark) => remark.startsWith("a: "))).toMatch(
      Number(major) < 14
        ? /^a: pg_stat_statements 1\.8 does not say when its counters were reset or whether it threw out entries/
        : /^a: the counters of pg_stat_statements were reset 1 minute ago/,
    );
  });
});
