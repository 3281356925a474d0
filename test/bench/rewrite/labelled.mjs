// The dangerous files of mickelsamuel/migrationpilot's benchmark, each rewritten and proved over the schema of baseline.sql:
//   VERDICTS=/path/to/migrationpilot/bench [ROWS=1000000] [URL=postgres://…] [ONLY=u01,u04] node test/bench/rewrite/labelled.mjs
// The folder is fetched by whoever measures. Prints one line a file: what came of it, and how long writers and readers waited at most.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lineOf } from "./line-of.mjs";

const { VERDICTS, ROWS = "1000000", URL: url, ONLY } = process.env;
if (!VERDICTS) {
  process.stderr.write("VERDICTS names no folder, so nothing is measured\n");
  process.exit(2);
}
const program = fileURLToPath(new URL("../../../dist/bin/schema-gate.js", import.meta.url));
const own = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
const HEADER = /^\s*\/\*\s*---\r?\n([\s\S]*?)\r?\n---\s*\*\/\r?\n?/;

/** What a file needs besides the schema that all have. */
const BESIDE = {
  u21: "ALTER TABLE orders ADD COLUMN region text;",
  u23: "CREATE TABLE events_2026_09 (LIKE events);\nINSERT INTO events_2026_09 SELECT g, 1, 'x', timestamptz '2026-09-03' FROM generate_series(1, ROWS) g;",
  a05: "CREATE TABLE events_default PARTITION OF events DEFAULT;\nINSERT INTO events SELECT g, 1, 'x', timestamptz '2026-09-03' FROM generate_series(1, ROWS) g;",
};
const PARTITIONED = ["u22", "u23", "a05"];

const files = readdirSync(join(VERDICTS, "corpus"), { recursive: true })
  .filter((name) => name.endsWith(".sql"))
  .map((name) => ({ id: basename(name).split("-")[0], text: readFileSync(join(VERDICTS, "corpus", name), "utf8") }))
  .filter(({ id, text }) => /^verdict:\s*dangerous/m.test(text) && (!ONLY || ONLY.split(",").includes(id)))
  .sort((a, b) => (a.id < b.id ? -1 : 1));
for (const { id, text } of files) {
  const root = mkdtempSync(join(tmpdir(), "rewrite-bench-"));
  mkdirSync(join(root, "migrations"));
  const events = own(PARTITIONED.includes(id) ? "events-partitioned.sql" : "events-plain.sql");
  const base = `${own("baseline.sql")}${events}${BESIDE[id] ?? ""}\n`.replaceAll("(1, ROWS)", `(1, ${ROWS})`);
  writeFileSync(join(root, "migrations", "0001_base.sql"), base);
  writeFileSync(join(root, "migrations", "0002_change.sql"), text.replace(HEADER, ""));
  const server = url ? ["--url", url] : [];
  const args = [program, "rewrite", "migrations", "--seed", "0", "--json", ...server];
  const answer = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
  process.stdout.write(
    `${id} ${answer.stdout ? lineOf(JSON.parse(answer.stdout).migrations[0]) : `failed: ${answer.stderr.trim().split("\n").at(-1)}`}\n`,
  );
  rmSync(root, { recursive: true, force: true });
}
