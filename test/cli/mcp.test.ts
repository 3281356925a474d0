import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { TOOLS } from "../../lib/cli/commands/mcp/tools.js";
import { asksForPassword } from "../support/asks-for-password.js";
import { usageProblem } from "../support/command-line.js";
import { sampleEvidence } from "../support/sample-evidence.js";
import { RUN, sealedRun } from "../support/sealed-run.js";

const program = fileURLToPath(new URL("../../dist/bin/schema-gate.js", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "mcp-"));
const folder = join(root, ".schema-gate", "runs", RUN);
const client = new Client({ name: "test", version: "1.0.0" });

beforeAll(async () => {
  await sealedRun(folder, join(root, "keys"));
  mkdirSync(join(root, "report"), { recursive: true });
  writeFileSync(join(root, "report", "audit.jsonl"), "");
  writeFileSync(join(root, "report", "evidence.json"), JSON.stringify(sampleEvidence()));
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [program, "mcp"], cwd: root }));
});
afterAll(async () => {
  await client.close();
  rmSync(root, { recursive: true, force: true });
});

async function call(name: string, values: Record<string, unknown>) {
  const result = await client.callTool({ name, arguments: values });
  const [part] = result.content as { type: string; text: string }[];
  return { text: part?.text ?? "", isError: result.isError === true };
}

describe("the MCP server, asked by a real client", () => {
  it("offers only tools that read files of the folder, unless it was started with more", async () => {
    const { tools } = await client.listTools();
    const names = tools.map((tool) => tool.name);
    expect(names).toEqual(["lint", "rules", "contract", "status", "report", "audit_verify", "audit_show"]);
    for (const command of ["approve", "reject", "run", "resume", "rollback", "kept", "init", "demo"])
      expect(names.filter((name) => name.startsWith(command))).toEqual([]);
    expect(tools.every((tool) => tool.annotations?.readOnlyHint === true)).toBe(true);
    expect(client.getInstructions()).toContain("a person's to do");
  });

  it("runs a command and says its exit code", async () => {
    const verified = await call("audit_verify", { run: RUN });
    expect(verified).toMatchObject({ isError: false, text: expect.stringMatching(/^exit code 1: .*\n✓ 6 events/) });
    const shown = await call("audit_show", { run: RUN, tenant: "acme", json: true });
    expect(JSON.parse(shown.text.slice(shown.text.indexOf("{")))).toMatchObject({ run: RUN });
    expect((await call("report", { run: "report" })).text).toContain("# 20240115\\_add\\_tenant\\_quota: passed");
  });

  it("says what was wrong with a call", async () => {
    const missing = await call("report", { run: "nothing" });
    expect(missing).toMatchObject({ isError: true, text: expect.stringContaining("There is no run nothing") });
  });

  it("takes no option from what a caller names", async () => {
    const tricked = await call("report", { run: "--output=stolen" });
    expect(tricked).toMatchObject({ isError: true, text: expect.stringContaining("There is no run --output=stolen") });
  });
});

describe("the MCP server, started with more", () => {
  const started = async (...args: string[]) => {
    const other = new Client({ name: "test", version: "1.0.0" });
    await other.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [program, "mcp", ...args],
        cwd: root,
        env: { ...getDefaultEnvironment(), PGPASSWORD: process.env.PGPASSWORD ?? "" },
      }),
    );
    onTestFinished(() => other.close());
    return other;
  };

  it.each([
    [
      ["--connect"],
      ["inspect", "diff", "doctor"],
      { readOnlyHint: false, destructiveHint: false, openWorldHint: true },
    ],
    [["--execute"], ["prove", "check"], { readOnlyHint: false, destructiveHint: true, openWorldHint: true }],
  ])("with %j says what those tools do", async (args, names, hints) => {
    const { tools } = await (await started(...args)).listTools();
    const more = tools.filter(({ annotations }) => annotations?.readOnlyHint !== true);
    expect(more.map(({ name }) => name).sort()).toEqual([...names].sort());
    for (const { annotations, inputSchema } of more) {
      expect(annotations).toMatchObject(hints);
      expect(Object.keys(inputSchema.properties ?? {})).not.toContain("config");
    }
  });

  it("runs no code of the repository in lint, and does with --execute", async () => {
    const mark = join(root, "ran");
    writeFileSync(
      join(root, "rule.mjs"),
      `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(mark)}, ""); export const rules = [];`,
    );
    writeFileSync(join(root, "schema-gate.yaml"), "migrations: m\nlint: { rules: [rule.mjs] }\n");
    writeFileSync(join(root, "a.sql"), "select 1;\n");
    await call("lint", { paths: ["a.sql"] });
    expect(existsSync(mark)).toBe(false);
    await (await started("--execute")).callTool({ name: "lint", arguments: { paths: ["a.sql"] } });
    expect(existsSync(mark)).toBe(true);
  });

  it("compares tenants of the config that it was started with, whatever lies there as schema-gate.yaml", async () => {
    const config = (password: string) =>
      `migrations: m\nregistry: { file: t.csv }\nstaging: { mode: same host }\nconnection: { password: "env:${password}" }\n`;
    writeFileSync(join(root, "t.csv"), "id,url\na,postgres://u@127.0.0.1:1/a\n");
    writeFileSync(join(root, "ours.yaml"), config("OURS"));
    const other = await started("--connect", "--config", "ours.yaml");
    writeFileSync(join(root, "schema-gate.yaml"), config("THEIRS"));
    const answer = await other.callTool({ name: "diff", arguments: { declared: "a", actual: "a" } });
    expect(JSON.stringify(answer.content)).toContain("the environment variable OURS is not set");
  });

  it("sends no password of the environment to a server that the caller names", async () => {
    const { port, told } = await asksForPassword();
    vi.stubEnv("PGPASSWORD", "hunter2");
    onTestFinished(() => void vi.unstubAllEnvs());
    const url = `postgres://someone@127.0.0.1:${port}/a`;
    const other = await started("--connect");
    await other.callTool({ name: "diff", arguments: { declared: url, actual: url } });
    expect(told()).toContain("someone");
    expect(told()).not.toContain("hunter2");
  });

  it("ends what was allowed when the config is changed", async () => {
    writeFileSync(join(root, "schema-gate.yaml"), "migrations: m\n");
    const other = await started("--connect");
    writeFileSync(join(root, "schema-gate.yaml"), "migrations: m\nconnection: { hosts: [evil.example] }\n");
    const answer = await other.callTool({ name: "inspect", arguments: {} });
    expect(answer).toMatchObject({ isError: true });
    expect(JSON.stringify(answer.content)).toContain("was changed since the server was started");
  });
});

describe("the tools", () => {
  const argv = TOOLS.map((tool) =>
    tool.argv(
      {
        paths: ["."],
        path: ".",
        declared: "a",
        actual: "b",
        run: ".",
        config: "c",
        format: "text",
        json: true,
      },
      { connect: true, execute: false, config: "c" },
    ),
  );

  it.each(argv.map((words) => [words.join(" "), words] as const))("stand for command lines: %s", async (_, words) => {
    expect(await usageProblem(words)).toBeNull();
  });

  it("change nothing and write no file", () => {
    for (const words of argv) expect(words.join(" ")).not.toMatch(/--(fix|output)|\b(approve|resume|rollback|purge)\b/);
  });
});
