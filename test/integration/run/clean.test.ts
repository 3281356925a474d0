import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

    // A link leads out of the folder; what is behind it is not the run's.
    const outside = join(fleet.directory, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "precious"), "x");
    symlinkSync(outside, join(runs, old, "link"));
    const done = await fleet.run(["clean", "--older-than", "0s", "--yes"]);
    expect(done.code, done.stderr).toBe(0);
    expect(done.stdout).toContain("1 run cleaned");
    expect(done.stdout).toContain("0 scratch databases removed");
    expect(existsSync(join(runs, old, "evidence.json"))).toBe(false);
    expect(existsSync(join(outside, "precious"))).toBe(true);
    expect(readdirSync(join(runs, old))).not.toContain("link");
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

  it("refuses a duration that is none", async () => {
    expect((await fleet.run(["clean", "--older-than", "soon"])).code).toBe(2);
  });
});
