import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../lib/cli/commands.js";
import { schemaGate } from "../support/captured-io.js";

const root = mkdtempSync(join(tmpdir(), "completion-"));
beforeAll(() => mkdirSync(join(root, ".schema-gate", "runs", "20240115-run"), { recursive: true }));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const has = (shell: string) => spawnSync(shell, ["-c", "true"]).status === 0;
const script = async (shell: string) => (await schemaGate(root, ["completion", shell])).stdout;

/** What bash offers after a command line that ends in the last word. */
async function bash(...words: string[]): Promise<readonly string[]> {
  const line = `${await script("bash")}
COMP_WORDS=(schema-gate ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}; _schema_gate; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return spawnSync("bash", ["-c", line], { encoding: "utf8", cwd: root }).stdout.split("\n").filter(Boolean);
}

describe.skipIf(!has("bash"))("completion in bash", () => {
  it("offers every command", async () => {
    expect(await bash("")).toEqual([...COMMANDS.map((one) => one.name), "help", "--help", "--version"]);
    expect(await bash("aud")).toEqual(["audit"]);
  });

  it("offers a command's options, the values of one, its arguments and the runs of this folder", async () => {
    expect(await bash("report", "--fo")).toEqual(["--format"]);
    expect(await bash("report", "--format", "ma")).toEqual(["markdown"]);
    expect(await bash("report", "2024")).toEqual(["20240115-run"]);
    expect(await bash("audit", "ver")).toEqual(["verify"]);
    expect(await bash("audit", "--json", "verify", "")).toEqual(["20240115-run"]);
    expect(await bash("completion", "")).toEqual(["bash", "zsh", "fish"]);
  });
});

describe.each(["zsh", "fish"])("completion in %s", (shell) => {
  const missing = !has(shell);
  if (missing) console.warn(`the completion for ${shell} is not run: no ${shell} on this machine`);

  it.skipIf(missing)("is a script that the shell accepts", async () => {
    const result = spawnSync(shell, ["-n"], { input: await script(shell), encoding: "utf8" });
    expect(result).toMatchObject({ status: 0, stderr: "" });
  });

  it("names every command and its summary", async () => {
    const text = await script(shell);
    for (const { name } of COMMANDS) expect(text).toContain(name);
  });
});

it("refuses another shell", async () => {
  expect(await schemaGate(root, ["completion", "cmd"])).toMatchObject({ code: 2 });
});
