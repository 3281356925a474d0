import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openAuditFile } from "../../lib/adapters/local/audit-file.js";
import { enterRun, recordOfRun, runBefore } from "../../lib/adapters/local/open-run.js";
import { loadSigningKey } from "../../lib/adapters/local/signing-key.js";
import { workspaceIn } from "../../lib/adapters/local/workspace.js";
import { auditVerifyOutput } from "../../lib/cli/json/audit.js";
import { temporaryFolder } from "../review/harness.js";
import { schemaGate } from "../support/captured-io.js";
import { sealedRun, steppingClock } from "../support/sealed-run.js";

const [FIRST, SECOND] = ["20240115-093000-0001", "20240115-103000-0002"] as const;

describe("audit verify, of runs of this machine", () => {
  let root: string;
  let env: Record<string, string>;
  const folder = (run: string) => join(root, ".schema-gate", "runs", run);

  const run = async (id: string, events = 3) => {
    const workspace = workspaceIn(root, env);
    enterRun(workspace, id);
    const record = recordOfRun(workspace, id);
    const trail = await openAuditFile({ directory: folder(id), run: id, clock: steppingClock(), record });
    const before = runBefore(workspace, id);
    const note = { actor: "a", subject: { kind: "run", name: id }, digest: null } as const;
    await trail.append({ ...note, action: "run.started", details: before ? { follows: { ...before } } : {} });
    for (let at = 1; at < events; at += 1) await trail.append({ ...note, action: "run.resumed", details: {} });
    await trail.close(await loadSigningKey(workspace.keys));
  };
  const verify = async (what: string, ...more: string[]) => {
    const { code, stdout } = await schemaGate(root, ["audit", "verify", what, "--json", ...more], { env });
    const { verdict, findings } = auditVerifyOutput.parse(JSON.parse(stdout));
    return { code, verdict, codes: findings.map((finding) => finding.code) };
  };

  beforeEach(async () => {
    root = temporaryFolder();
    env = { SCHEMA_GATE_STATE: join(root, "state") };
    await run(FIRST);
    await run(SECOND);
  });

  it("are whole as this machine left them", async () => {
    expect(await verify(FIRST)).toEqual({ code: 0, verdict: "whole", codes: [] });
    expect(await verify(SECOND)).toEqual({ code: 0, verdict: "whole", codes: [] });
  });

  it("are not, when another wrote all of it again with a key of theirs", async () => {
    rmSync(folder(SECOND), { recursive: true });
    await sealedRun(folder(SECOND), join(root, "theirs"), SECOND);
    const { code, codes } = await verify(SECOND);
    expect(code).toBe(1);
    expect(codes).toEqual(expect.arrayContaining(["audit.other-key", "audit.older-state"]));
  });

  it("are not, when an older state that was sealed too was restored", async () => {
    cpSync(folder(FIRST), join(root, "older"), { recursive: true });
    await run(FIRST, 2);
    rmSync(folder(FIRST), { recursive: true });
    cpSync(join(root, "older"), folder(FIRST), { recursive: true });
    expect(await verify(FIRST)).toMatchObject({ code: 1, codes: ["audit.older-state"] });
  });

  it("say when a run before is gone or rewritten", async () => {
    cpSync(folder(FIRST), join(root, "aside"), { recursive: true });
    rmSync(folder(FIRST), { recursive: true });
    expect(await verify(SECOND)).toEqual({ code: 0, verdict: "whole", codes: ["audit.run-gone"] });
    await sealedRun(folder(FIRST), join(root, "theirs"), FIRST);
    expect(await verify(SECOND)).toMatchObject({ code: 1, codes: ["audit.run-rewritten"] });
  });

  it("are not, when the folder of another run is given for one", async () => {
    rmSync(folder(SECOND), { recursive: true });
    cpSync(folder(FIRST), folder(SECOND), { recursive: true });
    expect((await verify(SECOND)).codes).toContain("audit.other-run");
    cpSync(folder(FIRST), join(root, "copies", SECOND), { recursive: true });
    expect((await verify(join("copies", SECOND))).codes).toContain("audit.other-run");
  });

  it("are unanchored as a copy, until a key or an anchor is given", async () => {
    cpSync(folder(SECOND), join(root, "copy"), { recursive: true });
    expect(await verify("copy")).toEqual({ code: 1, verdict: "unanchored", codes: [] });
    expect(await verify("copy", "--key", join(root, "state/keys/audit-key.pub.pem"))).toMatchObject({ code: 0 });
    const { stdout: line } = await schemaGate(root, ["audit", "anchor", SECOND], { env });
    writeFileSync(join(root, "anchor"), `some log says: ${line}`);
    expect(await verify("copy", "--anchor", "anchor")).toMatchObject({ code: 0, verdict: "whole" });
    rmSync(join(root, "copy"), { recursive: true });
    await sealedRun(join(root, "copy"), join(root, "theirs"), SECOND);
    expect(await verify("copy", "--anchor", "anchor")).toMatchObject({ code: 1, codes: ["audit.not-anchored"] });
  });

  it("are anchored in a git tag, or by a program", async () => {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" });
    git("init", "--quiet");
    git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--allow-empty", "-m", "x");
    git("config", "user.name", "t");
    git("config", "user.email", "t@example.com");
    const tagged = await schemaGate(root, ["audit", "anchor", SECOND, "--git-tag"], { env });
    expect(tagged.code, tagged.stderr).toBe(0);
    writeFileSync(join(root, "anchor"), git("for-each-ref", "--format=%(contents)", "refs/tags"));
    expect(await verify(SECOND, "--anchor", "anchor")).toMatchObject({ code: 0 });
    expect((await schemaGate(root, ["audit", "anchor", SECOND, "--git-tag"], { env })).code).toBe(3);
    const copied = await schemaGate(
      root,
      ["audit", "anchor", SECOND, "--command", 'cp "$SCHEMA_GATE_ANCHOR" taken && grep -q head'],
      { env },
    );
    expect(copied.code, copied.stderr).toBe(0);
    expect(readFileSync(join(root, "taken"), "utf8")).toBe(copied.stdout);
    const failed = await schemaGate(root, ["audit", "anchor", SECOND, "--command", "false"], { env });
    expect(failed).toMatchObject({ code: 3, stdout: "" });
  });
});
