import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GateOnAws } from "../support/aws/gate-on-aws.js";
import { PACK_KEY } from "../support/aws/pack-key.js";

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(2);
  gate.fleet.writeConfig({});
  writeFileSync(join(gate.fleet.directory, "pack-key.pem"), PACK_KEY.privateKey);
});
afterAll(() => gate.destroy());

const variables = () => ({
  ...gate.aws.variables(),
  SCHEMA_GATE_PACK_KEY: "pack-key.pem",
  SCHEMA_GATE_AUTHOR: "dana",
});

describe("schema-gate run --aws", () => {
  it("checks alone with check --aws: nobody is asked, and no tenant is changed", async () => {
    const began: Promise<unknown>[] = [];
    const answer = async () => expect.unreachable("somebody was asked");
    gate.aws.onStart = ({ run, release }) => void began.push(gate.run({ run, release, answer }));
    const result = await gate.fleet.run(["check", "--aws"], variables());
    await Promise.all(began);
    expect(result.code, result.stderr + result.stdout).toBe(0);
    expect([...gate.aws.s3.objects.keys()].filter((key) => key.includes("/results/Migrate"))).toEqual([]);
    const chosen = await gate.fleet.run(["check", "--aws", "--tenant", "a"], variables());
    expect(chosen).toMatchObject({ code: 2, stderr: expect.stringContaining("tenants cannot be chosen with --aws") });
  });

  it("uploads the release, starts its execution, follows it to its end, and leaves the record here", async () => {
    const began: Promise<unknown>[] = [];
    gate.aws.onStart = ({ run, release }) => void began.push(gate.run({ run, release }));
    const result = await gate.fleet.run(["run", "--aws"], variables());
    await Promise.all(began);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toMatch(/^Run [\w.-]+-\d{8}T\d{6}Z$/m);
    expect(result.stdout).toMatch(/outcome\s+passed/);
    const run = /^Run (\S+)$/m.exec(result.stderr)?.[1] ?? "";
    const folder = join(gate.fleet.directory, ".schema-gate", "runs", run);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(["audit.jsonl", "audit.seal.json", "evidence.json"]));
    const key = join(gate.fleet.directory, "kms.pub.pem");
    writeFileSync(key, gate.aws.publicKey);
    const verified = await gate.fleet.run(["audit", "verify", run, "--key", key]);
    expect(verified.code, verified.stdout + verified.stderr).toBe(0);
    expect(readFileSync(join(folder, "request.json"), "utf8")).toContain('"engine":"aws"');
  });

  it("uploads only, and prints the input of the execution for a pipeline", async () => {
    const result = await gate.fleet.run(["run", "--aws", "--upload-only"], variables());
    expect(result.code, result.stderr).toBe(0);
    const { run, release } = JSON.parse(result.stdout) as { run: string; release: string };
    expect(release).toMatch(/^inputs\/[\w.-]+-[0-9a-f]{12}\.json\.gz$/);
    expect(run.length).toBeLessThanOrEqual(80);
    expect(gate.aws.s3.objects.has(release)).toBe(true);
  });

  it("says with doctor --aws what is missing, before a run needs it", async () => {
    const objects = gate.aws.s3.objects.size;
    const looked = async (changes: Readonly<Record<string, string>>) => {
      const { stdout } = await gate.fleet.run(["doctor", "--aws", "--json"], { ...variables(), ...changes });
      const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; message: string }[] };
      return new Map(checks.map(({ name, status, message }) => [name, `${status} ${message}`]));
    };
    const well = await looked({});
    expect(well.get("bucket")).toMatch(/^ok gate, runs in it: \d+$/);
    expect(well.get("state machine")).toMatch(/^ok arn:aws:states:/);
    expect(well.get("pack key")).toMatch(/^ok .*key id [0-9a-f]{64}/);
    const ill = await looked({ SCHEMA_GATE_BUCKET: "", SCHEMA_GATE_PACK_KEY: "nowhere.pem" });
    expect(ill.get("bucket")).toContain("error");
    expect(ill.get("bucket")).toContain("SCHEMA_GATE_BUCKET");
    expect(ill.get("pack key")).toContain("nowhere.pem could not be read");
    expect(gate.aws.s3.objects.size).toBe(objects);
  });

  it("says which variable is missing, and what AWS refused, without a stack trace", async () => {
    const without = await gate.fleet.run(["run", "--aws"]);
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining("SCHEMA_GATE_BUCKET") });
    gate.aws.failing(() => ({ status: 403, code: "AccessDenied" }));
    const refused = await gate.fleet.run(["run", "--aws"], variables());
    gate.aws.failing(null);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/s3:\/\/gate\/inputs\/.* could not be written: AccessDenied/);
    expect(refused.stderr).not.toMatch(/\n\s+at /);
  });
});
