import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readConfig } from "../../lib/api/read-config.js";
import { configSchema } from "../../lib/core/config/config.js";
import { schemaGate } from "../support/captured-io.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "init-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function file(path: string, text = "CREATE TABLE t (id int);\n"): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

describe("init", () => {
  it("finds the migrations, their framework and the database of the environment", async () => {
    file("services/api/migrations/20240101_a.up.sql");
    file("services/api/migrations/20240101_a.down.sql", "DROP TABLE t;\n");
    file("services/api/migrations/20240102_b.up.sql", "CREATE TABLE u (id int);\n");
    file("node_modules/other/migrations/1_x.up.sql");
    const env = { DATABASE_URL: "postgres://app:hunter2@db.internal/app" };
    const { code, stdout, stderr } = await schemaGate(root, ["init"], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatchInlineSnapshot(`
      "Found 2 migrations in services/api/migrations (up-down).
      Wrote schema-gate.yaml and tenants.csv (one tenant: the database in DATABASE_URL).

      Next:
        schema-gate doctor    versions, connections and permissions
        schema-gate check     every gate; nothing is changed
      "
    `);
    const { config } = readConfig(root, "schema-gate.yaml");
    expect(config).toMatchObject({ migrations: "services/api/migrations", registry: { file: "tenants.csv" } });
    expect(readFileSync(join(root, "tenants.csv"), "utf8")).toBe(
      "id,group,url,schema,replica\nmain,,env:DATABASE_URL,,\n",
    );
    expect(readFileSync(join(root, "schema-gate.yaml"), "utf8")).not.toContain("hunter2");
  });

  it("shows every default as it is: with all settings uncommented the config means the same", async () => {
    file("migrations/1_a.sql");
    await schemaGate(root, ["init", "--yes"]);
    const text = readFileSync(join(root, "schema-gate.yaml"), "utf8");
    const shown = text.replace(/^#((?: {2})*(?:\w+:|#).*)$/gm, "$1");
    expect(shown.split("\n").filter((line) => /^#/.test(line) && /^#\w/.test(line))).toEqual([]);
    const { convention, ...all } = configSchema.parse(parse(shown));
    const { convention: found, ...plain } = configSchema.parse(parse(text));
    expect(all).toEqual(plain);
    expect([convention, found]).toEqual(["plain", "plain"]);
  });

  it("is valid with its examples uncommented, one by one and all together, and names an approver", async () => {
    file("migrations/1_a.sql");
    await schemaGate(root, ["init", "--yes"]);
    const text = readFileSync(join(root, "schema-gate.yaml"), "utf8");
    const blocks = text.split("\n\n").filter((block) => /^# \w+:( \{.*|)$/m.test(block));
    expect(blocks.length).toBeGreaterThan(4);
    const shown = (block: string) => {
      const lines = block.split("\n");
      const first = lines.findIndex((line) => /^# \w+:( \{.*|)$/.test(line));
      return lines.map((line, at) => (at >= first ? line.replace(/^# /, "") : line)).join("\n");
    };
    for (const block of blocks) configSchema.parse(parse(text.replace(block, shown(block))));
    const all = configSchema.parse(parse(blocks.reduce((whole, block) => whole.replace(block, shown(block)), text)));
    expect(all.exempt).toHaveLength(1);
    expect(all.connection.role).toBe("app_owner");
    expect(all.drift.allow).toHaveLength(1);
    expect(configSchema.parse(parse(text)).approval.approvers).toHaveLength(1);
  });

  it("asks on a terminal", async () => {
    file("db/migrations/1_a.sql");
    const stdin = new PassThrough();
    const stdout = new PassThrough();
    const answers = ["", "env:CONTROL_URL", "env:STAGING_URL", "alice, bob"];
    stdout.setEncoding("utf8").on("data", (text: string) => {
      if (/: $/.test(text)) stdin.write(`${answers.shift() ?? ""}\n`);
    });
    const { code } = await schemaGate(root, ["init"], { stdin, stdout, interactive: true });
    expect(code).toBe(0);
    expect(readConfig(root, "schema-gate.yaml").config).toMatchObject({
      migrations: "db/migrations",
      registry: { query: { url: "env:CONTROL_URL" } },
      staging: { mode: "server", url: "env:STAGING_URL" },
      approval: { approvers: [{ id: "alice" }, { id: "bob" }] },
    });
    expect(existsSync(join(root, "tenants.csv"))).toBe(false);
  });

  it("never writes over a file, and says when it found nothing", async () => {
    expect(await schemaGate(root, ["init"])).toMatchObject({ code: 2, stderr: expect.stringContaining("No folder") });
    file("migrations/1_a.sql");
    file("tenants.csv", "id,url\na,env:A\n");
    expect(await schemaGate(root, ["init"])).toMatchObject({ code: 0 });
    expect(readFileSync(join(root, "tenants.csv"), "utf8")).toBe("id,url\na,env:A\n");
    expect(await schemaGate(root, ["init"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("there already"),
    });
    expect(await schemaGate(join(root, "migrations"), ["init", "--migrations", "nowhere"])).toMatchObject({ code: 2 });
  });
});
