import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openAuditFile } from "../../../lib/adapters/local/audit-file.js";
import { readRunRecord } from "../../../lib/adapters/local/run-record.js";
import { loadSigningKey } from "../../../lib/adapters/local/signing-key.js";
import { verifyRun } from "../../../lib/core/audit/verify.js";
import { RUN, sealedRun, steppingClock, TENANTS } from "../../support/sealed-run.js";

let root: string;
let folder: string;
let keys: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "audit-file-"));
  folder = join(root, "run");
  keys = join(root, "keys");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const open = () => openAuditFile({ directory: folder, run: RUN, clock: steppingClock() });
const note = {
  actor: "schema-gate",
  action: "step.finished",
  subject: { kind: "step", name: "Load" },
  digest: null,
  details: {},
} as const;
const actions = async () => (await (await open()).events()).map((event) => event.action);

describe("the trail in a file", () => {
  it("continues its chain in another process's place", async () => {
    await (await open()).append(note);
    await (await open()).append(note);
    expect((await (await open()).events()).map((event) => event.seq)).toEqual([0, 1]);
  });

  it("keeps the order of appends that do not wait for one another", async () => {
    const trail = await open();
    await Promise.all(TENANTS.map((name) => trail.append({ ...note, subject: { kind: "step", name } })));
    expect((await (await open()).events()).map((event) => event.subject.name)).toEqual(TENANTS);
  });

  it("cuts off a line that a killed process left unfinished, at every length, and says so", async () => {
    await (await open()).append(note);
    const first = readFileSync(join(folder, "audit.jsonl"));
    await (await open()).append({ ...note, actor: "zoë 🦊" });
    const both = readFileSync(join(folder, "audit.jsonl"));
    for (let length = first.length + 1; length < both.length; length++) {
      writeFileSync(join(folder, "audit.jsonl"), both.subarray(0, length));
      expect(await actions()).toEqual(["step.finished", "audit.repaired"]);
      const repaired = (await (await open()).events())[1];
      const kept = Buffer.from(String(repaired?.details.base64), "base64");
      expect(kept.equals(both.subarray(first.length, length))).toBe(true);
    }
  });

  it("does not continue a trail that was changed", async () => {
    await (await open()).append(note);
    const path = join(folder, "audit.jsonl");
    writeFileSync(path, readFileSync(path, "utf8").replace("Load", "Lint"));
    await expect(open()).rejects.toThrow(/audit\.jsonl:1 cannot be continued\. Event 0 does not have the hash/);
  });

  it("notices a second writer", async () => {
    const trail = await open();
    await trail.append(note);
    await (await open()).append(note);
    await expect(trail.append(note)).rejects.toThrow("another process writes to it");
  });

  it("is sealed, and says so when it goes on afterwards", async () => {
    await sealedRun(folder, keys);
    const signer = await loadSigningKey(keys);
    const whole = verifyRun(await readRunRecord(folder), signer.publicKey);
    expect(whole.findings).toEqual([]);
    expect(whole).toMatchObject({ leaves: TENANTS.length, keyTrusted: true });
    const seal = readFileSync(join(folder, "audit.seal.json"), "utf8");

    const trail = await open();
    await trail.append(note);
    const reopened = verifyRun(await readRunRecord(folder)).findings;
    expect(reopened.map((finding) => finding.code)).toEqual(["audit.seal-other-trail"]);
    await trail.close(signer);
    expect(verifyRun(await readRunRecord(folder)).findings).toEqual([]);
    expect((await actions()).slice(-4)).toEqual(["audit.sealed", "audit.reopened", "step.finished", "audit.sealed"]);
    expect((await trail.events()).at(-3)?.details.seal).toBe(seal);
  });

  it("can be closed again when it was killed between the last event and the seal", async () => {
    await sealedRun(folder, keys);
    rmSync(join(folder, "audit.seal.json"));
    writeFileSync(join(folder, "audit.seal.json.new"), "{");
    appendFileSync(join(folder, "audit.jsonl"), '{"half');
    const trail = await open();
    await trail.close(await loadSigningKey(keys));
    expect(verifyRun(await readRunRecord(folder)).findings).toEqual([]);
  });
});
