// How long a table of many rows is locked by hazards as they are, and by the steps of their plans:
//   [ROWS=10000000] [ONLY=0002,0007] [URL=postgres://…] node test/bench/rewrite/large.mjs
// Prints one line a migration: the longest that writers and readers of one table waited on a clone.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lineOf } from "./line-of.mjs";

const { ROWS = "10000000", URL: url, ONLY } = process.env;
const program = fileURLToPath(new URL("../../../dist/bin/schema-gate.js", import.meta.url));

const BASE = `CREATE TYPE state AS ENUM ('new', 'gone', 'paid');
CREATE TABLE customers (id bigint PRIMARY KEY);
INSERT INTO customers SELECT g FROM generate_series(1, 1000) g;
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, email text, amount int, state state, note text);
INSERT INTO orders SELECT g, 1 + g % 1000, g || '@example.com', g % 100, 'paid', 'a note of some length'
  FROM generate_series(1, ${ROWS}) g;
`;

const CHANGES = {
  "0002_present": "ALTER TABLE orders ALTER email SET NOT NULL;",
  "0003_check": "ALTER TABLE orders ADD CHECK (amount >= 0);",
  "0004_foreign_key": "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers;",
  "0005_unique": "ALTER TABLE orders ADD UNIQUE (email);",
  "0006_index": "CREATE INDEX ON orders (amount);",
  "0007_type": "ALTER TABLE orders ALTER amount TYPE bigint;",
  "0008_enum": `CREATE TYPE state_next AS ENUM ('new', 'paid');
ALTER TABLE orders ALTER state TYPE state_next USING state::text::state_next;
DROP TYPE state;
ALTER TYPE state_next RENAME TO state;`,
};

for (const [name, sql] of Object.entries(CHANGES)) {
  if (ONLY && !ONLY.split(",").some((each) => name.startsWith(each))) continue;
  const root = mkdtempSync(join(tmpdir(), "rewrite-large-"));
  mkdirSync(join(root, "migrations"));
  writeFileSync(join(root, "migrations", "0001_base.sql"), BASE);
  writeFileSync(join(root, "migrations", `${name}.sql`), `${sql}\n`);
  const server = url ? ["--url", url] : [];
  const args = [program, "rewrite", "migrations", "--seed", "0", "--json", ...server];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
  process.stdout.write(
    `${name} ${stdout ? lineOf(JSON.parse(stdout).migrations[0]) : `failed: ${stderr.trim().split("\n").at(-1)}`}\n`,
  );
  rmSync(root, { recursive: true, force: true });
}
