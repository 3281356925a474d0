import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { rewriteOutput } from "../../lib/cli/json/rewrite.js";
import { schemaGate } from "../support/captured-io.js";
import { onServer, serverUrl } from "../support/postgres.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "rewrite-command-"));
  mkdirSync(join(root, "migrations"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (files: Readonly<Record<string, string>>) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
};
const text = (name: string) => readFileSync(join(root, name), "utf8");
const rewrite = (...args: string[]) => schemaGate(root, ["rewrite", ...args, "--url", serverUrl("18"), "--seed", "5"]);

const SQLX = { "Cargo.toml": '[dependencies]\nsqlx = "0.8"\n' };
const USERS = "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, token text NOT NULL);\n";

it("writes proved steps in the place of the migration, with ways back, and finds nothing to rewrite in them", async () => {
  write({
    ...SQLX,
    "migrations/0001_users.up.sql": USERS,
    "migrations/0001_users.down.sql": "DROP TABLE users;\n",
    "migrations/0002_once.up.sql":
      "ALTER TABLE users ADD CONSTRAINT once UNIQUE (email);\nALTER TABLE users DROP COLUMN token;\n",
    "migrations/0002_once.down.sql":
      "ALTER TABLE users ADD COLUMN token text; ALTER TABLE users DROP CONSTRAINT once;\n",
  });
  const answer = await rewrite("migrations", "--write", "--json");
  expect(answer.code).toBe(0);
  const output = rewriteOutput.parse(JSON.parse(answer.stdout));
  expect(output).toMatchObject({ convention: "sqlx", written: true });
  expect(output.migrations[0]).toMatchObject({
    outcome: "rewritten",
    before: { strongest: "AccessExclusiveLock" },
    steps: [
      { phase: "expand", transaction: "none", hold: { writersMs: 0, readersMs: 0 } },
      { phase: "switch", hold: { strongest: "AccessExclusiveLock" }, down: { verdict: "exact" } },
      { phase: "expand" },
      { phase: "contract", condition: "no deployed version of the application reads or writes users.token" },
    ],
  });
  expect(readdirSync(join(root, "migrations")).filter((name) => name > "0002")).toEqual([
    "0002_once.down.sql",
    "0002_once.up.sql",
    "0003_once_constraint.down.sql",
    "0003_once_constraint.up.sql",
    "0004_once_leave_out.down.sql",
    "0004_once_leave_out.up.sql",
  ]);
  expect(text("migrations/0002_once.up.sql")).toBe(`-- no-transaction
-- schema-gate: step 1 of 4 of 0002_once, expand
CREATE UNIQUE INDEX CONCURRENTLY once ON users (email);
`);
  expect(text("migrations/0003_once_constraint.up.sql")).toContain("ADD CONSTRAINT once UNIQUE USING INDEX once;");
  expect(text("migrations-contract/0005_once_drop.up.sql")).toContain(
    ", contract, in a later release, once no deployed",
  );
  const again = await rewrite("migrations", "--last", "3");
  expect(again.stdout).toContain("0 rewritten and proved, 3 with nothing to rewrite, 0 refused");
  const left = await onServer("18", "select 1 from pg_database where starts_with(datname, 'schema_gate_prove_')");
  expect(left.rows).toEqual([]);
}, 300_000);

it("refuses by a code, writes nothing of it, and says where", async () => {
  write({
    ...SQLX,
    "migrations/0001_users.sql": USERS,
    "migrations/0002_both.sql": "CREATE INDEX mails ON users (email);\nVACUUM FULL users;\n",
  });
  const answer = await rewrite("migrations/0002_both.sql", "--write");
  expect(answer.code).toBe(1);
  expect(answer.stdout).toContain("not rewritten rewrite.no-way: VACUUM FULL");
  expect(answer.stdout).toContain("Nothing was written.");
  expect(readdirSync(join(root, "migrations"))).toEqual(["0001_users.sql", "0002_both.sql"]);
  expect(existsSync(join(root, "migrations-contract"))).toBe(false);
}, 120_000);

it("offers no plan where the original does not run over the rows, as a key that repeats", async () => {
  write({
    ...SQLX,
    "migrations/0001_users.sql": `${USERS}INSERT INTO users VALUES (1, 'a', 't'), (2, 'a', 't');\n`,
    "migrations/0002_once.sql": "ALTER TABLE users ADD UNIQUE (email);\n",
  });
  const answer = await rewrite("migrations", "--write");
  expect(answer.code).toBe(1);
  expect(answer.stdout).toMatch(/rewrite\.original-fails: .*users_email_key/);
}, 120_000);

it("proves columns that the rows are numbered in, in whatever order", async () => {
  write({
    ...SQLX,
    "migrations/0001_users.sql": `CREATE TABLE users (id uuid PRIMARY KEY, email text);
      INSERT INTO users SELECT gen_random_uuid(), g::text FROM generate_series(1, 40) g;
      CREATE TABLE tasks (id int PRIMARY KEY, title text); INSERT INTO tasks SELECT 41 - g, 't' FROM generate_series(1, 40) g;\n`,
    "migrations/0002_number.sql": "ALTER TABLE users ADD COLUMN number serial;\n",
    "migrations/0010_place.sql": "ALTER TABLE tasks ADD COLUMN place bigint GENERATED ALWAYS AS IDENTITY (START 10);\n",
  });
  const answer = await rewrite("migrations", "--last", "2", "--json");
  expect(rewriteOutput.parse(JSON.parse(answer.stdout)).migrations).toMatchObject([
    { outcome: "rewritten", refusal: null, numbered: ["users.number"] },
    { outcome: "rewritten", refusal: null, numbered: ["tasks.place"] },
  ]);
  expect(answer.code).toBe(0);
}, 300_000);

it.each([
  [["nowhere"], "nowhere is not there"],
  [["Cargo.toml"], "is not a migration"],
  [["migrations", "--last", "many"], "A whole number was expected"],
])("%j is wrong usage", async (args, reason) => {
  write({ ...SQLX, "migrations/0001_users.sql": USERS });
  const answer = await rewrite(...args);
  expect(answer.code).toBe(2);
  expect(answer.stderr).toContain(reason);
});

it("runs the writes of a workload between the steps, and names a workload that is not there", async () => {
  write({
    ...SQLX,
    "migrations/0001_users.sql": USERS,
    "migrations/0002_once.sql": "ALTER TABLE users ADD CONSTRAINT once UNIQUE (email);\n",
    "app.sql": "INSERT INTO users (id, email, token) VALUES (1, 'a@b.example', 'secret'); SELECT 1;",
  });
  expect(await rewrite("migrations", "--workload", "workload.json")).toMatchObject({ code: 2 });
  await schemaGate(root, ["workload", "save", "workload.json", "--sql", "app.sql"]);
  const answer = await rewrite("migrations", "--workload", "workload.json");
  expect(answer.stdout).toMatch(/Also the same with 7 writes of 1 query between the steps; \d of them refused/);
  const { migrations } = rewriteOutput.parse(
    JSON.parse((await rewrite("migrations", "--workload", "workload.json", "--json")).stdout),
  );
  expect(migrations[0]?.written).toMatchObject({ queries: 1, writes: 7, uncompared: null });
  expect(JSON.stringify(migrations)).not.toContain("secret");
}, 300_000);
