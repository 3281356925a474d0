import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleEvidence } from "../support/sample-evidence.js";
import { RUN, sealedRun } from "../support/sealed-run.js";

const program = fileURLToPath(new URL("../../dist/bin/schema-gate.js", import.meta.url));
const logger = fileURLToPath(new URL("../support/log-packages.mjs", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "lazy-loading-"));
const runs = join(root, ".schema-gate", "runs");

beforeAll(async () => {
  await sealedRun(join(runs, RUN), join(root, "keys"));
  writeFileSync(join(root, "clean.sql"), "SELECT 1;");
  writeFileSync(join(root, "warned.sql"), "CREATE INDEX n ON users (note);");
  cpSync(join(runs, RUN), join(runs, "reported"), { recursive: true });
  writeFileSync(join(runs, "reported", "evidence.json"), JSON.stringify(sampleEvidence()));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The npm packages that a command line loads. */
function packagesOf(argv: readonly string[], environment: Readonly<Record<string, string>> = {}): readonly string[] {
  const { stderr } = spawnSync(process.execPath, ["--import", logger, program, ...argv], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  return [...stderr.matchAll(/^loads (.+)$/gm)].map((match) => match[1] ?? "").sort();
}

/** What a command may load, and no more: a parser, a driver or an engine that it does not use costs everyone who waits. */
const BUDGETS: readonly (readonly [string, readonly string[]])[] = [
  ["--help", ["commander"]],
  ["--version", ["commander"]],
  ["mcp --help", ["commander"]],
  ["run --help", ["commander"]],
  ["approve", ["canonicalize", "commander", "picocolors", "zod"]],
  ["status", ["canonicalize", "commander", "picocolors", "zod"]],
  [
    "inspect",
    ["canonicalize", "commander", "csv-parse", "libpg-query", "pg", "pgsql-deparser", "picocolors", "yaml", "zod"],
  ],
  ["diff a b", ["canonicalize", "commander", "csv-parse", "pg", "picocolors", "yaml", "zod"]],
  ["lint clean.sql", ["commander", "libpg-query", "picocolors"]],
  [`audit verify ${RUN}`, ["canonicalize", "commander", "picocolors", "zod"]],
  [`audit show ${RUN}`, ["canonicalize", "commander", "picocolors", "zod"]],
  ["report reported", ["canonicalize", "commander", "hono", "picocolors", "zod"]],
];

describe("loading", () => {
  it.each(BUDGETS)("schema-gate %s loads what it uses", (line, allowed) => {
    const loaded = packagesOf(line.split(" "));
    expect(loaded).toContain("commander");
    expect(loaded.filter((name) => !allowed.includes(name))).toEqual([]);
  });

  it("lint loads no rewriting to name its command, and no parser for a file that has not changed", () => {
    const environment = { XDG_CACHE_HOME: join(root, "cache") };
    const first = packagesOf(["lint", "--fresh", "warned.sql"], environment);
    expect(first).toEqual(["commander", "libpg-query", "picocolors"]);
    expect(packagesOf(["lint", "warned.sql"], environment)).toEqual(["commander", "picocolors"]);
  });

  it.each([
    ["no collector", {}, false],
    ["a collector", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" }, true],
  ])("a run with %s in its environment loads OpenTelemetry only then", (_what, environment, loads) => {
    writeFileSync(join(root, "tenants.csv"), "id,url\na,postgres://nobody@127.0.0.1:1/a\n");
    mkdirSync(join(root, "migrations"), { recursive: true });
    writeFileSync(join(root, "migrations", "1_a.sql"), "CREATE TABLE a (id bigint PRIMARY KEY);\n");
    const config = { migrations: "migrations", registry: { file: "tenants.csv" }, staging: { mode: "same host" } };
    writeFileSync(join(root, "schema-gate.yaml"), JSON.stringify(config));
    const loaded = packagesOf(["check"], environment);
    expect(loaded).toContain("pg");
    expect(loaded.some((name) => name.startsWith("@opentelemetry/"))).toBe(loads);
  });
});
