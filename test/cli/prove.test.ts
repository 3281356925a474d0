import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { proveOutput } from "../../lib/cli/json/prove.js";
import { schemaGate } from "../support/captured-io.js";
import { onServer, serverUrl } from "../support/postgres.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "prove-command-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (files: Readonly<Record<string, string>>) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
};
const prove = (...args: string[]) => schemaGate(root, ["prove", ".", "--url", serverUrl("18"), ...args]);

it("proves each migration of a folder, in order, over generated rows, and leaves no database behind", async () => {
  write({
    "1_users.up.sql": "create table users (id int primary key, name text not null, age int);",
    "1_users.down.sql": "drop table users;",
    "2_age.up.sql": "alter table users drop column age;",
    "2_age.down.sql": "alter table users add column age int;",
    "3_name.up.sql": "create unique index users_name on users (name);",
  });
  const answer = await prove("--seed", "4", "--json");
  const output = proveOutput.parse(JSON.parse(answer.stdout));
  expect(output).toMatchObject({ proved: true, unread: [], convention: "up-down" });
  expect(output.migrations).toMatchObject([
    { id: "1_users", up: "ok", rollback: "exact", source: "author", author: "exact", kept: [] },
    // The author's down brings back an empty column: rows were generated, so it shows.
    { id: "2_age", up: "ok", rollback: "exact", source: "inverse", author: "differs", kept: [expect.any(String)] },
    { id: "3_name", up: "ok", rollback: "exact", source: "inverse", author: null, generated: true },
  ]);
  expect(answer.code).toBe(0);
  const { rows } = await onServer(
    "18",
    "select datname from pg_database where starts_with(datname, 'schema_gate_prove_')",
  );
  expect(rows).toEqual([]);
});

it("ends with 1 when one cannot be proved, and says which and why", async () => {
  write({
    "1_users.up.sql": "create table users (id int primary key);",
    "2_broken.up.sql": "alter table nobody add column n int;",
  });
  const answer = await prove();
  expect(answer.code).toBe(1);
  expect(answer.stdout).toMatch(/2_broken +error +none .*\n +On the clone, 2 failed.*"nobody" does not exist/);
  expect(answer.stdout).toContain("1 of 2 migrations proved");
});

it("names files that take no part, and does not call the folder proved", async () => {
  write({ "1_a.up.sql": "create table a (i int);", "1_b.up.sql": "create table b (i int);" });
  const answer = await prove("--json");
  expect(answer.code).toBe(1);
  const output = proveOutput.parse(JSON.parse(answer.stdout));
  expect(output).toMatchObject({ proved: false, unread: [expect.stringContaining("Version 1 exists twice")] });
});

it.each([
  [["prove", "nowhere"], "nowhere is not a folder"],
  [["prove", "."], "has no migrations"],
  [["prove", ".", "--seed", "many"], "A whole number was expected"],
])("%j is wrong usage", async (words, reason) => {
  const answer = await schemaGate(root, words);
  expect(answer.code).toBe(2);
  expect(answer.stderr).toContain(reason);
});
