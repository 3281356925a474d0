import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sealedRun } from "../support/sealed-run.js";

const script = fileURLToPath(new URL("../../examples/verify-audit.mjs", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "verify-audit-"));
const verify = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });

beforeAll(async () => {
  await sealedRun(join(root, "run"), join(root, "keys"));
  await sealedRun(join(root, "other"), join(root, "other-keys"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A copy of the run in which one file was changed. */
function copy(name: string, change: (folder: string) => void): string {
  const folder = join(root, name);
  cpSync(join(root, "run"), folder, { recursive: true });
  change(folder);
  return folder;
}

describe("examples/verify-audit.mjs", () => {
  it("accepts what the program sealed, with the key that sealed it", () => {
    const result = verify(join(root, "run"), join(root, "keys", "audit-key.pub.pem"));
    expect(result.stdout).toMatch(/^intact: 6 events, sealed by key [0-9a-f]{64}\n$/);
    expect(result.status).toBe(0);
  });

  it("refuses another key", () => {
    const result = verify(join(root, "run"), join(root, "other-keys", "audit-key.pub.pem"));
    expect(result.stdout).toBe("audit.seal.json: the signature is wrong\nNOT INTACT\n");
    expect(result.status).toBe(1);
  });

  it("names an altered event, an altered record, a changed and an added file", () => {
    const replace = (path: string, from: string, to: string) => (folder: string) =>
      writeFileSync(join(folder, path), readFileSync(join(folder, path), "utf8").replace(from, to));
    const said = (folder: string) => verify(folder).stdout.split("\n")[0];
    expect(said(copy("event", replace("audit.jsonl", "alice", "mallory")))).toBe("audit.jsonl:4: its hash is wrong");
    expect(said(copy("leaf", replace("audit/introspection.jsonl", "acme", "acne")))).toBe(
      "audit/introspection.jsonl: not what the trail recorded",
    );
    expect(said(copy("file", replace("report.html", "html", "htm1")))).toBe("report.html: changed or added");
    expect(said(copy("added", (folder) => writeFileSync(join(folder, "x"), "")))).toBe("x: changed or added");
    expect(said(copy("gone", (folder) => rmSync(join(folder, "report.html"))))).toBe("report.html: missing");
    expect(verify(copy("torn", (folder) => appendFileSync(join(folder, "audit.jsonl"), "{"))).status).toBe(1);
  });
});
