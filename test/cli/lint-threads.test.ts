import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { inThread } from "../../lib/cli/commands/lint/in-thread.js";
import { lintFiles } from "../../lib/cli/commands/lint/lint-files.js";

const root = mkdtempSync(join(tmpdir(), "schema-gate-threads-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function put(name: string, text: string): string {
  writeFileSync(join(root, name), text);
  return join(root, name);
}

describe("lint of more files than one thread is quick with", () => {
  const statement = (at: number) =>
    `ALTER TABLE t${at} ALTER COLUMN c SET NOT NULL;\nSELECT '${"x".repeat(15_000)}';\n`;
  const paths = Array.from({ length: 90 }, (_, at) => put(`${String(at).padStart(2, "0")}.sql`, statement(at)));

  function lint() {
    const program = join(packageRoot(), "dist", "bin", "schema-gate.js");
    const env = { PATH: process.env.PATH, HOME: root };
    const args = [program, "lint", "--json", "--fresh", ...paths];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, env, encoding: "utf8" });
    return { status, stdout, stderr };
  }

  it("finds the same in the same order as one thread does", () => {
    const shared = lint();
    expect(shared.status).toBe(1);
    expect(shared.stdout.match(/"SG010"/g)).toHaveLength(paths.length);
    // With rules of the project's own there is one thread.
    put(
      "rule.mjs",
      "export default { id: 'OWN1', slug: 'own', title: 't', severity: 'note', versions: { from: 13, to: null }, nodes: [], check: () => [] };\n",
    );
    put("schema-gate.yaml", "lint: { rules: [rule.mjs] }\n");
    expect(lint()).toEqual(shared);
  });
});

describe("a file that is to be linted", () => {
  const files = ["1.sql", "2.sql", "3.sql"].map((path) => ({ path, text: "DROP TABLE users;" }));
  const circumstances = { together: false, separate: true, opaqueReported: false };

  it("is linted by whoever begins it first, and by nobody else", async () => {
    const begun = new SharedArrayBuffer(4);
    const input = { files, circumstances, transaction: undefined, today: "2026-01-01", begun };
    new Int32Array(begun)[0] = 1;
    const part = await lintFiles(input);
    expect(part).toMatchObject({ files: 2, statements: 2 });
    expect(new Set(part.found.map(({ source }) => source?.file))).toEqual(new Set(["2.sql", "3.sql"]));
    expect(await lintFiles(input)).toMatchObject({ files: 0, found: [] });
  });
});

describe("a thread", () => {
  const starts = (text: string) => inThread(put("thread.mjs", text), { given: 1 });
  const port = "import { parentPort, workerData } from 'node:worker_threads';";

  it("answers with what it was given to do", async () => {
    expect(await starts(`${port} parentPort.postMessage(workerData);`)).toEqual({ given: 1 });
  });

  it.each([
    ["throws", "throw new Error('out of luck');", /out of luck/],
    ["rejects", "await Promise.reject(new Error('out of luck'));", /out of luck/],
    ["exits", "process.exit(0);", /exit code 0/],
    ["says nothing", "", /exit code 0/],
    ["cannot be loaded", "import './none.mjs';", /none\.mjs/],
  ])("that %s is an error, never a pass", async (_, text, why) => {
    await expect(starts(text)).rejects.toMatchObject({ name: "UnfinishedError", message: expect.stringMatching(why) });
  });
});
