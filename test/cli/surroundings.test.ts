import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { schemaGate } from "../support/captured-io.js";
import { HOSTILE_NAMES, sampleEvidence, sampleTenant } from "../support/sample-evidence.js";
import { RUN, sealedRun } from "../support/sealed-run.js";

const program = fileURLToPath(new URL("../../dist/bin/schema-gate.js", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "surroundings-"));
const runs = join(root, ".schema-gate", "runs");

beforeAll(async () => {
  await sealedRun(join(runs, RUN), join(root, "keys"));
  cpSync(join(runs, RUN), join(runs, "reported"), { recursive: true });
  const tenants = HOSTILE_NAMES.map((id) => sampleTenant(id, { message: id }));
  writeFileSync(join(runs, "reported", "evidence.json"), JSON.stringify({ ...sampleEvidence(400), tenants }));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const shell = (line: string, env: Record<string, string> = {}) =>
  spawnSync("bash", ["-c", `set -o pipefail; SG="${process.execPath} ${program}"; ${line}`], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });

describe("a terminal, a pipe, another machine", () => {
  it("says nothing when a reader closes the pipe early", () => {
    expect(shell("$SG report reported --format html | head -c 20")).toMatchObject({
      stdout: "<!doctype html>\n<htm",
      stderr: "",
    });
    expect(shell(`$SG audit show ${RUN} | head -1`)).toMatchObject({ stderr: "" });
  });

  it("gives the same bytes in another time zone and language, and the record verifies there", () => {
    const there = { TZ: "Pacific/Chatham", LC_ALL: "de_DE.UTF-8" };
    for (const format of ["html", "text"]) {
      const line = `$SG report reported --format ${format} | sha256sum`;
      expect(shell(line, there).stdout).toBe(shell(line, { TZ: "UTC" }).stdout);
    }
    expect(shell(`$SG audit verify ${RUN}`, there)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("UNANCHORED"),
    });
  });

  it("fits into 40 columns, and writes no colour and no control character into a file", async () => {
    const help = await schemaGate(root, ["--help"], { columns: 40 });
    expect(help.code).toBe(0);
    const colour = await schemaGate(root, ["audit", "show", RUN], { colour: true });
    expect(colour.stdout).toContain(String.fromCharCode(27));
    for (const argv of [
      ["audit", "show", RUN],
      ["report", "reported"],
      ["audit", "verify", RUN],
    ]) {
      const { stdout } = await schemaGate(root, argv, { columns: 40 });
      expect(stdout).not.toContain(String.fromCharCode(27));
    }
  });
});
