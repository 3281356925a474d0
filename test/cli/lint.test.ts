import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { schemaGate } from "../support/captured-io.js";

const root = mkdtempSync(join(tmpdir(), "lint-command-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function file(name: string, content: string | Buffer): string {
  mkdirSync(join(root, name, ".."), { recursive: true });
  writeFileSync(join(root, name), content);
  return name;
}

interface Found {
  readonly code: string;
  readonly severity: string;
  readonly unknown?: boolean;
  readonly message: string;
  readonly source?: { readonly line: number; readonly column: number };
}

async function lintJson(...args: string[]): Promise<{ code: number; findings: Found[] }> {
  const { code, stdout, stderr } = await schemaGate(root, ["lint", ...args, "--json"]);
  if (!stdout) throw new Error(stderr);
  return { code, findings: (JSON.parse(stdout) as { findings: Found[] }).findings };
}

const codes = (findings: readonly Found[]) => findings.map((finding) => finding.code);

describe("lint", () => {
  it("passes a clean file", async () => {
    const name = file("clean.sql", "SET lock_timeout = '2s';\nALTER TABLE users ADD COLUMN age integer;\n");
    const { code, stdout } = await schemaGate(root, ["lint", name]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "1 file, 2 statements: 0 errors, 0 warnings, 0 notes.\n" });
  });

  it("fails for an error, and with --fail-on for less", async () => {
    const name = file("bad.sql", "CREATE INDEX users_email_idx ON users (email);\n");
    expect((await lintJson(name)).code).toBe(1);
    const warning = file("warn.sql", "ALTER TABLE users ADD COLUMN age integer;\n");
    expect((await lintJson(warning)).code).toBe(0);
    expect((await lintJson(warning, "--fail-on", "warning")).code).toBe(1);
  });

  it("writes the rewrites that are mechanical, until none is left", async () => {
    const name = file(
      "fix.sql",
      "SET lock_timeout = '2s';\r\n-- é\r\nALTER TABLE users ADD CONSTRAINT k UNIQUE (email);\r\n",
    );
    const { code, stderr } = await schemaGate(root, ["lint", name, "--fix"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "Rewrote 1 statement in 1 file.\n" });
    expect(readFileSync(join(root, name), "utf8").split("\r\n")).toEqual([
      "SET lock_timeout = '2s';",
      "-- é",
      "SET lock_timeout = 0;",
      "CREATE UNIQUE INDEX CONCURRENTLY k ON users (email);",
      "SET lock_timeout = '2s';",
      "ALTER TABLE users ADD CONSTRAINT k UNIQUE USING INDEX k;",
      "",
    ]);
  });

  it.each(["sarif", "junit", "github", "markdown"])("writes %s", async (format) => {
    const name = file("formats.sql", "CREATE INDEX users_email_idx ON users (email);\n");
    const { stdout } = await schemaGate(root, ["lint", name, "--format", format]);
    expect(stdout).toContain("SG045");
  });

  it("takes the framework's transactions into account, and leaves the ways back out", async () => {
    file("diesel/2026-01-01-000000_a/up.sql", "CREATE INDEX CONCURRENTLY i ON users (email);");
    file("diesel/2026-01-01-000000_a/down.sql", "DROP TABLE users;");
    const wrapped = await lintJson("diesel");
    expect(codes(wrapped.findings)).toContain("SG048");
    expect(codes(wrapped.findings)).not.toContain("SG058");
    file("diesel/2026-01-01-000000_a/metadata.toml", "run_in_transaction = false\n");
    expect(codes((await lintJson("diesel")).findings)).not.toContain("SG048");
  });

  it("reads waivers and the lint section of the config, and a rule of one's own", async () => {
    file("own/rule.mjs", OWN_RULE);
    file("own/schema-gate.yaml", CONFIG);
    file("own/a.sql", "SET lock_timeout = '2s';\nCREATE INDEX i ON users (email);\n");
    const { code, findings } = await lintJson("own/a.sql", "--config", "own/schema-gate.yaml");
    expect({ code, codes: codes(findings) }).toEqual({ code: 0, codes: ["TEAM01"] });
  });
});

const OWN_RULE = `export const rules = [{
  id: "TEAM01", slug: "index-names", title: "Names of indexes", condition: "", effect: "", workaround: "",
  lock: null, work: "none", versions: { from: 13, to: 18 }, severity: "warning", sized: false, nodes: ["IndexStmt"],
  *check(statement) {
    const index = statement.node.IndexStmt;
    if (!index.idxname.startsWith("idx_"))
      yield { statement, subject: { kind: "index", name: index.idxname }, message: "no prefix", remedy: { text: "idx_" } };
  },
}];`;
const CONFIG = `lint:
  rules: [rule.mjs]
  waivers: [{ rule: SG045, reason: built at night, expires: "2999-12-31", subject: i }]
`;

describe("bad input", () => {
  it.each([
    ["a path that is not there", ["nowhere.sql"], /nowhere\.sql cannot be read/],
    ["a folder without a file to lint", ["empty"], /holds no \.sql and no \.rs file/],
    ["a config that is not there", ["x.sql", "--config", "no.yaml"], /There is no config no\.yaml/],
  ])("%s is an error, not a pass", async (_, args, message) => {
    mkdirSync(join(root, "empty"), { recursive: true });
    file("x.sql", "SELECT 1;");
    const { code, stderr } = await schemaGate(root, ["lint", ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it.each([
    [
      "a statement that does not parse",
      "SELECT 1;\nALTER TABEL t;\n",
      /syntax error at or near "TABEL"/,
      { line: 2, column: 7 },
    ],
    ["a psql meta-command", "SELECT 1;\n\\i other.sql\n", /psql meta-command/, { line: 2, column: 1 }],
    ["a template", "ALTER TABLE {{ name }} ADD c int;", /cannot be parsed/, { line: 1, column: 13 }],
    ["a psql variable", "SELECT * FROM t WHERE id = :id;", /cannot be parsed/, { line: 1, column: 28 }],
    ["MySQL", "CREATE TABLE `t` (id int AUTO_INCREMENT);", /cannot be parsed/, { line: 1, column: 14 }],
  ])("%s is unknown, and the statements around it are linted", async (_, text, message, source) => {
    const name = file("unparsed.sql", `${text}\n;CREATE INDEX i ON users (email);\n`);
    const { code, findings } = await lintJson(name);
    const [unparsed] = findings.filter((finding) => finding.code === "lint.unparsed");
    expect(code).toBe(1);
    expect(unparsed).toMatchObject({ unknown: true, severity: "error", source });
    expect(unparsed?.message).toMatch(message);
    expect(codes(findings)).toContain("SG045");
  });

  it("binary and Latin-1 files are unknown", async () => {
    const binary = await lintJson(file("binary.sql", Buffer.from([0x53, 0, 1, 2, 0xff, 0xfe])));
    expect(binary).toMatchObject({ code: 1, findings: [{ unknown: true }] });
    const latin = await lintJson(file("latin.sql", Buffer.from("SELECT 'caf\xe9';", "latin1")));
    expect(latin).toMatchObject({ code: 1, findings: [{ code: "release.encoding", unknown: true }] });
  });

  it("a folder that links to itself ends", async () => {
    file("loop/a.sql", "SELECT 1;");
    symlinkSync("..", join(root, "loop", "again"));
    expect((await lintJson("loop")).code).toBe(0);
  });

  it("a file of some megabytes is read statement by statement", async () => {
    const name = file(
      "big.sql",
      `${"INSERT INTO t VALUES (1, 'a longer text to fill the line');\n".repeat(60_000)}ALTER TABEL t;\n`,
    );
    const { findings } = await lintJson(name);
    expect(findings).toMatchObject([{ code: "lint.unparsed", source: { line: 60_001 } }]);
  });
});

describe("rules", () => {
  it("lists them, and explains one by id or by name", async () => {
    expect((await schemaGate(root, ["rules"])).stdout).toContain("SG010  error    SET NOT NULL reads the whole table");
    const { stdout } = await schemaGate(root, ["rules", "set-not-null"]);
    expect(stdout).toContain("ACCESS EXCLUSIVE: blocks reads and writes");
    expect((await schemaGate(root, ["rules", "SG000"])).code).toBe(2);
  });
});
