import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cleanRun } from "../../../lib/adapters/local/clean-run.js";
import { loadSigningKey } from "../../../lib/adapters/local/signing-key.js";
import { workspaceIn } from "../../../lib/adapters/local/workspace.js";
import { TestFleet } from "../../support/fleet.js";

describe("cleaning up after old runs", () => {
  let fleet: TestFleet;

  beforeAll(async () => {
    fleet = await TestFleet.create(2);
  });
  afterAll(() => fleet.destroy());

  it("removes what old runs keep, leaves their trails whole, and says what it would do first", async () => {
    for (const _ of [1, 2]) expect((await fleet.run(["check"])).code).toBe(0);
    const runs = join(fleet.directory, ".schema-gate", "runs");
    const [old = "", newest = ""] = readdirSync(runs).sort();
    const files = readdirSync(join(runs, old));

    const kept = await fleet.run(["clean", "--yes"]);
    expect(kept.stdout).toContain("0 runs cleaned");
    const dry = await fleet.run(["clean", "--older-than", "0s"]);
    expect(dry.code, dry.stderr).toBe(0);
    expect(dry.stdout).toContain(old);
    expect(dry.stdout).not.toContain(newest);
    expect(readdirSync(join(runs, old))).toEqual(files);

    const done = await fleet.run(["clean", "--older-than", "0s", "--yes"]);
    expect(done.code, done.stderr).toBe(0);
    expect(done.stdout).toContain("1 run cleaned");
    expect(done.stdout).toContain("0 scratch databases removed");
    expect(existsSync(join(runs, old, "evidence.json"))).toBe(false);
    expect(existsSync(join(runs, newest, "evidence.json"))).toBe(true);
    for (const run of [old, newest]) {
      const verified = await fleet.run(["audit", "verify", run]);
      expect(verified.code, verified.stdout + verified.stderr).toBe(0);
      expect(verified.stdout).not.toMatch(/gone from this folder/);
    }
    expect((await fleet.run(["audit", "show", old])).stdout).toContain("run.cleaned");
    const status = await fleet.run(["status"]);
    expect(status.code, status.stderr).toBe(0);
    expect(status.stdout).toContain(old);
    expect((await fleet.run(["clean", "--older-than", "0s"])).stdout).toContain("0 runs");
    expect((await fleet.run(["report", old])).code).not.toBe(0);
  }, 300_000);

  it("leaves a run that somebody changed as it is, and follows no link", async () => {
    for (const _ of [1, 2, 3]) expect((await fleet.run(["check"])).code).toBe(0);
    const runs = join(fleet.directory, ".schema-gate", "runs");
    const [changed = "", linked = ""] = readdirSync(runs).sort().slice(-3);
    writeFileSync(join(runs, changed, "evidence.json"), "{}");
    writeFileSync(join(runs, changed, "audit", "planted.jsonl"), "x\n");
    const outside = join(fleet.directory, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "precious"), "x");
    symlinkSync(outside, join(runs, linked, "link"));
    writeFileSync(join(runs, ".DS_Store"), "x");
    for (const more of [[], ["--yes"]]) {
      const left = await fleet.run(["clean", "--older-than", "0s", ...more]);
      expect(left.code, left.stderr).toBe(1);
      expect(left.stderr).toContain(`${changed} is left as it is: evidence.json was changed`);
      expect(left.stderr).toContain(`${linked} is left as it is: link was added`);
    }
    for (const run of [changed, linked]) {
      expect(existsSync(join(runs, run, "report.html"))).toBe(true);
      expect((await fleet.run(["audit", "verify", run])).code).toBe(1);
    }

    // Sealed again without clean, the difference stays in the trail: it is found by whoever verifies it.
    const workspace = workspaceIn(fleet.directory, process.env);
    const signer = await loadSigningKey(workspace.keys, workspace.access);
    for (const run of [changed, linked]) {
      await cleanRun(workspace, run, { by: "somebody", signer });
      const verified = await fleet.run(["audit", "verify", run]);
      expect(verified.code).toBe(1);
      expect(verified.stdout).toContain("audit.changed-under-seal");
    }
    expect(existsSync(join(outside, "precious"))).toBe(true);
    expect(readdirSync(join(runs, linked))).not.toContain("link");
  }, 300_000);

  it("finishes a run whose cleaning was killed before its seal", async () => {
    for (const _ of [1, 2]) expect((await fleet.run(["check"])).code).toBe(0);
    const run = fleet.runs().at(-2) ?? "";
    const workspace = workspaceIn(fleet.directory, process.env);
    const signer = await loadSigningKey(workspace.keys, workspace.access);
    const killed = () => {
      throw new Error("killed");
    };
    await expect(cleanRun(workspace, run, { by: "me", signer: { ...signer, sign: killed } })).rejects.toThrow("killed");
    expect((await fleet.run(["audit", "verify", run])).code).toBe(1);
    const again = await fleet.run(["clean", "--older-than", "0s", "--yes"]);
    expect(again.stdout).toContain(run);
    const verified = await fleet.run(["audit", "verify", run]);
    expect(verified.code, verified.stdout).toBe(0);
    expect((await fleet.run(["clean", "--older-than", "0s"])).stdout).not.toContain(run);
  }, 300_000);

  it("refuses a duration that is none", async () => {
    expect((await fleet.run(["clean", "--older-than", "soon"])).code).toBe(2);
  });
});
