import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditProveOutput, auditShowOutput, auditVerifyOutput } from "../../lib/cli/json/audit.js";
import { verifyInclusion } from "../../lib/core/audit/merkle.js";
import { canonicalJson } from "../../lib/core/json.js";
import { schemaGate } from "../support/captured-io.js";
import { RUN, sealedRun } from "../support/sealed-run.js";

const root = mkdtempSync(join(tmpdir(), "audit-command-"));
const folder = join(root, ".schema-gate", "runs", RUN);
beforeAll(async () => {
  await sealedRun(folder, join(root, "keys"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
const audit = (...argv: string[]) => schemaGate(root, ["audit", ...argv]);

describe("audit verify", () => {
  it("says what of the record holds", async () => {
    const { code, stdout, stderr } = await audit("verify", RUN, "--key", join(root, "keys/audit-key.pub.pem"));
    expect(stderr).toBe("");
    expect(stdout.replace(/[0-9a-f]{64}/, "KEY")).toMatchInlineSnapshot(`
      "✓ 6 events in an unbroken chain
      ✓ 4 tenant records, each in its place
      ✓ 6 files, none changed, missing or added
      ✓ sealed by key KEY
      ✓ compared with the key that you gave

      WHOLE: run run-20240115-093000
      "
    `);
    expect(code).toBe(0);
  });

  it("works on a copied folder, and calls it unanchored without something that was kept elsewhere", async () => {
    cpSync(folder, join(root, "copied"), { recursive: true });
    const { code, stdout } = await audit("verify", "copied");
    expect(code).toBe(1);
    expect(stdout).toContain("UNANCHORED: run run-20240115-093000 is consistent");
    expect(stdout).not.toContain("WHOLE");
  });

  it("names the places that were changed, and answers 1", async () => {
    const changed = join(root, "changed");
    cpSync(folder, changed, { recursive: true });
    const trail = readFileSync(join(changed, "audit.jsonl"), "utf8");
    writeFileSync(join(changed, "audit.jsonl"), trail.replace('"alice"', '"mallory"'));
    writeFileSync(join(changed, "report.html"), "<!doctype html>!");
    const { code, stdout } = await audit("verify", changed);
    expect(code).toBe(1);
    expect(stdout.replaceAll(root, "ROOT")).toMatchInlineSnapshot(`
      "✗ audit.jsonl:4  audit.event-altered
        Event 3 does not have the hash that it carries.
        Compare with a copy that was kept elsewhere. The record cannot be trusted from this place on.
      ✗ report.html  audit.file-altered
        report.html was changed after the run was sealed (still 16 bytes).
        Compare with a copy that was kept elsewhere. The record cannot be trusted from this place on.

      NOT WHOLE: 2 places in ROOT/changed
      "
    `);
    const json = auditVerifyOutput.parse(JSON.parse((await audit("verify", changed, "--json")).stdout));
    expect(json).toMatchObject({ whole: false, run: RUN, keyTrusted: false });
  });

  it("refuses a run that is not there, a folder that is no run and a key that is none", async () => {
    expect(await audit("verify", "nothing")).toMatchObject({ code: 2, stderr: expect.stringContaining(RUN) });
    expect(await audit("verify", root)).toMatchObject({ code: 2, stderr: expect.stringContaining("not the folder") });
    expect(await audit("verify", RUN, "--key", join(folder, "audit.jsonl"))).toMatchObject({ code: 2 });
    expect(await audit("burn", RUN)).toMatchObject({ code: 2 });
  });
});

describe("audit prove", () => {
  it("prints a proof that needs no other tenant's record", async () => {
    const { code, stdout } = await audit("prove", RUN, "159-legacy", "--json");
    expect(code).toBe(0);
    const [proof, ...others] = auditProveOutput.parse(JSON.parse(stdout)).proofs;
    expect(others).toEqual([]);
    expect(stdout).not.toContain("042-prod");
    expect(proof && verifyInclusion({ ...proof, leaf: canonicalJson(proof.leaf) })).toBe(true);
    expect((await audit("prove", RUN, "159-legacy")).stdout).toContain("introspection: 159-legacy is analyzed");
  });

  it("says when no phase recorded the tenant, or none was named", async () => {
    expect(await audit("prove", RUN, "nobody")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("No phase of run"),
    });
    expect(await audit("prove", RUN)).toMatchObject({ code: 2, stderr: expect.stringContaining("needs a tenant") });
  });
});

describe("audit show", () => {
  const actions = async (...argv: string[]) => {
    const { code, stdout } = await audit("show", RUN, "--json", ...argv);
    expect(code).toBe(0);
    return auditShowOutput.parse(JSON.parse(stdout)).events.map((event) => event.action);
  };

  it("prints every event", async () => {
    const { code, stdout } = await audit("show", RUN);
    expect(code).toBe(0);
    expect(stdout.split("\n").length).toBe(7);
    expect(stdout).toContain(`2024-01-15T09:30:04.000Z  approval.given     alice  run ${RUN}  channel=terminal`);
  });

  it("filters by tenant, gate, action and time", async () => {
    expect(await actions("--action", "approval.")).toEqual(["approval.requested", "approval.given"]);
    expect(await actions("--gate", "Introspection")).toEqual(["tenants.recorded"]);
    expect(await actions("--since", "2024-01-15T09:30:05")).toEqual(["run.finished", "audit.sealed"]);
    expect(await actions("--until", "2024-01-15T11:30:01+02:00")).toEqual(["run.started"]);
    expect(await actions("--tenant", "acme")).toContain("tenants.recorded");
    expect(await actions("--tenant", "nobody")).not.toContain("tenants.recorded");
    expect((await audit("show", RUN, "--tenant", "acme")).stdout).toContain("acme analyzed fingerprint=4");
    expect(await audit("show", RUN, "--since", "yesterday")).toMatchObject({ code: 2 });
  });

  it("shows the newest record of a tenant that was in two batches, and both as JSON", async () => {
    const records = ["failed", "migrated"].map((status) => ({ tenant: "acme", status, details: {} }));
    await sealedRun(join(root, ".schema-gate", "runs", "twice"), join(root, "keys"), "twice", records);
    expect((await audit("show", "twice", "--tenant", "acme")).stdout).toContain("phase introspection  acme migrated");
    const { stdout } = await audit("show", "twice", "--tenant", "acme", "--json");
    expect(JSON.parse(stdout).records.map(({ status }: { status: string }) => status)).toEqual(["failed", "migrated"]);
  });
});
