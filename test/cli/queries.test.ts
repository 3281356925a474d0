import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { queriesOutput } from "../../lib/cli/json/queries.js";
import { schemaGate } from "../support/captured-io.js";
import { MAJORS } from "../support/majors.js";
import { onServer, serverUrl, temporaryDatabase } from "../support/postgres.js";
import { evil } from "../support/reaching-release.js";

let root: string;
const write = (name: string, text: string) => writeFileSync(join(root, name), text);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "queries-"));
  mkdirSync(join(root, "migrations"));
  write("migrations/1_users.sql", "create table users (id serial primary key, name text, age int);\n");
  write("migrations/2_nick.sql", "alter table users add nick text;\nalter table users drop column age;\n");
  write("old.sql", "select age from users where name = 'secret';\nselect name from users; vacuum users;\n");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const CI = ["queries", "--release", "migrations", "--last", "1"];

describe.each(MAJORS)("queries on %s", (major) => {
  const url = ["--url", serverUrl(major)];

  it("says what breaks, which statement did it and whether the release may be rolled out in waves", async () => {
    const { code, stdout, stderr } = await schemaGate(root, [...CI, ...url, "--sql", "old.sql"]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toMatchInlineSnapshot(`
      "utility note queries.unexamined 1 text of the workload is not a SELECT, INSERT, UPDATE, DELETE or MERGE: old.sql:2.

      migrations/2_nick.sql:2:1 error queries.breaks select age from users where name = $1 fails after the release: column "age" does not exist [42703]. Sent old.sql:1. Statement 2 of 2 did it: alter table users drop column age.
        = Deploy a version without the query first, or split the release into one that adds and a later one that removes.

      the current version breaks: 1 query
      The release may not be rolled out while the current version is deployed: first deploy a version without these queries everywhere.
      "
    `);
  });

  it("passes where nothing breaks, also as data", async () => {
    write("fine.sql", "select name from users");
    const { code, stdout } = await schemaGate(root, [...CI, ...url, "--sql", "fine.sql", "--json"]);
    const report = queriesOutput.parse(JSON.parse(stdout));
    expect({ code, ...report, ms: 0, server: "" }).toMatchObject({
      code: 0,
      passed: true,
      release: ["2"],
      examined: 1,
      findings: [],
    });
  });

  it("executes what a release tries beyond its database as a role that may not, where the URL is a superuser's", async () => {
    const database = await temporaryDatabase(major, "create table t (a int); insert into t values (1)");
    await database.client.end();
    const reached = `reached_${process.pid}_${major}`;
    const file = join(root, "outside");
    rmSync(join(root, "migrations", "2_nick.sql"));
    write("migrations/1_users.sql", `${evil(file, 0, reached)};\ndo $$ begin perform evil(1); end $$;\n`);
    write("fine.sql", "select a from t");
    const argv = ["queries", "--release", "migrations", "--url", database.url, "--sql", "fine.sql"];
    const { code, stdout, stderr } = await schemaGate(root, argv);
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
    const { rows } = await onServer(major, `select 1 from pg_roles where rolname = '${reached}'`);
    expect({ rows, file: existsSync(file) }).toEqual({ rows: [], file: false });
  });

  it("clones the database of the URL, and takes what its ledger lacks", async () => {
    const database = await temporaryDatabase(
      major,
      "create table users (id serial primary key, name text, age int); insert into users (name) values ('a');",
    );
    await database.client.query("create schema schema_gate; create table schema_gate.ledger (version text)");
    await database.client.query("drop schema schema_gate cascade");
    await database.client.end();
    write("migrations/1_users.sql", "select 1;\n");
    const { code, stdout } = await schemaGate(root, [
      "queries",
      "--release",
      "migrations",
      "--url",
      database.url,
      "--sql",
      "old.sql",
      "--format",
      "github",
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^::error file=migrations\/2_nick\.sql,line=2,.*queries\.breaks/m);
    const left = await onServer(major, "select datname from pg_database where datname like 'schema_gate_queries%'");
    expect(left.rows).toEqual([]);
  });

  it.each([
    [[], 0, "warning queries.retyped"],
    [["--retyped", "error"], 1, "error queries.retyped"],
    [["--retyped", "note"], 0, "note queries.retyped"],
  ])("takes %j for a query with other columns", async (argv, code, said) => {
    write("all.sql", "select * from users");
    const ran = await schemaGate(root, [...CI, ...url, "--sql", "all.sql", ...argv]);
    expect(ran).toMatchObject({ code, stdout: expect.stringContaining(said) });
  });

  it.each([
    [[], 0, "queries.slower"],
    [["--slower", "error"], 1, "error queries.slower"],
    [["--large-table", "9500"], 0, null],
    [["--large-table", "9500", "--cost-factor", "2"], 0, "warning queries.slower"],
  ])("takes %j for a plan that costs more", async (argv, code, said) => {
    write("migrations/2_nick.sql", "drop index users_age");
    write(
      "migrations/1_users.sql",
      "create table users (id serial, name text, age int);\n" +
        "insert into users (age) select n from generate_series(1, 9000) n; create index users_age on users (age);",
    );
    write("age.sql", "select id from users where age = 3");
    const options = ["--large-table", "5000", "--cost-factor", "1000", ...argv];
    const { code: exit, stdout } = await schemaGate(root, [...CI, ...url, "--sql", "age.sql", ...options]);
    expect({ exit, said: /(\w+ )?queries\.slower/.test(stdout) }).toEqual({ exit: code, said: said !== null });
    if (said !== null) expect(stdout).toContain(said);
  });

  it.each([
    [[], /required option '--release <folder>'/],
    [["--release", "no", "--sql", "old.sql"], /no is not a folder/],
    [["--release", "migrations"], /No workload was named/],
    [["--release", "migrations", "--workload", "no.json"], /no\.json is not there/],
    [["--release", "migrations", "--at", "v1"], /lies in no git repository/],
    [["--release", "migrations", "--sql", "old.sql", "--last", "x"], /A whole number was expected/],
    [["--release", "migrations", "--sql", "old.sql", "--large-table", "-1"], /A whole number was expected/],
    [["--release", "migrations", "--sql", "old.sql", "--cost-factor", "0.5"], /A number of at least 1 was expected/],
    [["--release", "migrations", "--sql", "old.sql", "--retyped", "fatal"], /Allowed choices are error, warning, note/],
  ])("refuses %j", async (argv, message) => {
    const { code, stderr } = await schemaGate(root, ["queries", ...argv]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it("blocks on what was not examined when that is asked for", async () => {
    write("fine.sql", "select name from users; vacuum users");
    const { code, stdout } = await schemaGate(root, [...CI, ...url, "--sql", "fine.sql", "--required"]);
    expect(code).toBe(1);
    expect(stdout).toContain("1 text of the workload is not a SELECT, INSERT, UPDATE, DELETE or MERGE: fine.sql:1");
  });
});
