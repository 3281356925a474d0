import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ApprovalsFolder } from "../../lib/adapters/local/approvals-folder.js";
import { openAuditFile } from "../../lib/adapters/local/audit-file.js";
import {
  approvalsOf,
  artifactsOfRun,
  enterRun,
  memoryOf,
  recordOfRun,
  runBefore,
} from "../../lib/adapters/local/open-run.js";
import { refuseForeign } from "../../lib/adapters/local/private-files.js";
import { thisProcess } from "../../lib/adapters/local/process-lock.js";
import { rolloutsFolder } from "../../lib/adapters/local/rollouts-folder.js";
import { APPROVALS_KEY, LINK_KEY, secretKey } from "../../lib/adapters/local/secret-key.js";
import { loadSigningKey } from "../../lib/adapters/local/signing-key.js";
import { type Workspace, workspaceIn } from "../../lib/adapters/local/workspace.js";
import type { ApprovalEntry } from "../../lib/core/approval/request.js";
import { temporaryFolder } from "../review/harness.js";
import { APPROVAL_REQUEST as request } from "../support/approval-request.js";
import { steppingClock } from "../support/sealed-run.js";

const umask = process.umask();
afterEach(() => void process.umask(umask));

function workspace(folder = temporaryFolder()): Workspace {
  return workspaceIn(folder, { SCHEMA_GATE_STATE: join(folder, "state") });
}

const asRoot = process.getuid?.() === 0;
const decision: ApprovalEntry = {
  kind: "decision",
  verdict: "reject",
  person: request.approvers[1]?.id ?? "",
  channel: "link",
  reason: "not today",
  digest: request.digest,
  nonce: "0123456789abcdef",
  at: request.requestedAt + 1,
};

describe("files of the gate", () => {
  it.each([0o000, 0o022, 0o777])(
    "are their owner's alone under the umask %o, and out of version control",
    async (mask) => {
      process.umask(mask === 0o777 ? 0o077 : mask);
      const own = workspace();
      const artifacts = artifactsOfRun(own, "run-1");
      await artifacts.put("results/Probe/all-0-0.json", { a: 1 });
      const record = recordOfRun(own, "run-1");
      const trail = await openAuditFile({
        directory: own.runFolder("run-1"),
        run: "run-1",
        clock: steppingClock(),
        record,
      });
      await trail.append({
        actor: "a",
        action: "run.started",
        subject: { kind: "run", name: "run-1" },
        digest: null,
        details: {},
      });
      await trail.close(await loadSigningKey(own.keys));
      await (await approvalsOf(own)).open(request, "token");
      for (const folder of [own.root, join(own.keys, "..")])
        for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
          const { mode } = statSync(join(entry.parentPath, entry.name));
          expect([entry.name, mode & 0o077]).toEqual([entry.name, 0]);
        }
      expect(statSync(own.root).mode & 0o7777).toBe(0o700);
      expect(readFileSync(join(own.root, ".gitignore"), "utf8")).toBe("*\n");
    },
  );

  it("are taken from a folder that was left open to others only after it was closed", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, ".schema-gate"), { mode: 0o777 });
    chmodSync(join(folder, ".schema-gate"), 0o777);
    expect(statSync(workspace(folder).root).mode & 0o7777).toBe(0o700);
  });

  it.each(["a link", "no folder"])("are refused when the folder is %s", (what) => {
    const folder = temporaryFolder();
    if (what === "a link") symlinkSync(temporaryFolder(), join(folder, ".schema-gate"));
    else writeFileSync(join(folder, ".schema-gate"), "");
    expect(() => workspace(folder)).toThrow(what === "a link" ? /is a link/ : /is no folder|EEXIST/);
  });

  it.runIf(asRoot)("are refused in a folder of somebody else's (needs root to give it away)", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, ".schema-gate"));
    chownSync(join(folder, ".schema-gate"), 1, 1);
    expect(() => workspace(folder)).toThrow(/belongs to \w+, who could change what is decided/);
  });

  describe.each(["state", "state/keys", "state/records"])("in %s", (below) => {
    it("are refused when that is a link", () => {
      const folder = temporaryFolder();
      workspace(folder);
      renameSync(join(folder, below), join(folder, "moved"));
      symlinkSync(join(folder, "moved"), join(folder, below));
      expect(() => workspace(folder)).toThrow(/is a link; remove it/);
    });

    it.runIf(asRoot)("are refused when that is somebody else's (needs root to give it away)", () => {
      const folder = temporaryFolder();
      workspace(folder);
      chownSync(join(folder, below), 1, 1);
      expect(() => workspace(folder)).toThrow(/belongs to \w+, who could change what is decided/);
    });

    it("are closed to others again", () => {
      const folder = temporaryFolder();
      workspace(folder);
      chmodSync(join(folder, below), 0o777);
      workspace(folder);
      expect(statSync(join(folder, below)).mode & 0o7777).toBe(0o700);
    });
  });

  it("are never run from a folder in /tmp that others can write", () => {
    const folder = join(temporaryFolder(), "schema-gate-postgres-18");
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    expect(() => refuseForeign(folder)).toThrow(/could have been filled by/);
    chmodSync(folder, 0o755);
    refuseForeign(folder);
    if (!asRoot) return;
    chownSync(folder, 1, 1);
    expect(() => refuseForeign(folder)).toThrow(/could have been filled by/);
  });
});

describe("a key", () => {
  const kinds = [
    ["of links", LINK_KEY, (folder: string) => secretKey(folder, LINK_KEY)],
    ["of seals", "audit-key.pem", loadSigningKey],
  ] as const;

  it.each(kinds)("%s is refused as a link", async (_, name, load) => {
    const folder = temporaryFolder();
    await load(folder);
    renameSync(join(folder, name), join(folder, "elsewhere"));
    symlinkSync("elsewhere", join(folder, name));
    await expect(load(folder)).rejects.toThrow(/is a link; a key must be a file of its own/);
  });

  it.each(kinds)("%s is refused when others may read it", async (_, name, load) => {
    const folder = temporaryFolder();
    await load(folder);
    for (const mode of [0o640, 0o604, 0o620, 0o601]) {
      chmodSync(join(folder, name), mode);
      await expect(load(folder)).rejects.toThrow(/can be read by other users/);
    }
  });

  it.runIf(asRoot).each(kinds)(
    "%s is refused when it belongs to somebody else (needs root to give it away)",
    async (_, name, load) => {
      const folder = temporaryFolder();
      await load(folder);
      chownSync(join(folder, name), 1, 1);
      await expect(load(folder)).rejects.toThrow(/belongs to \w+, who could use it/);
    },
  );
});

describe("an artifact", () => {
  const attacks: Readonly<Record<string, (folder: string) => void>> = {
    changed: (folder) => writeFileSync(join(folder, "score.json"), '{"verdict":"pass"}\n'),
    "given another line": (folder) => appendFileSync(join(folder, "score.json"), " "),
    removed: (folder) => rmSync(join(folder, "score.json")),
    "restored as it was": (folder) => cpSync(join(folder, "older.json"), join(folder, "score.json")),
    "exchanged for another of its run": (folder) => cpSync(join(folder, "other.json"), join(folder, "score.json")),
    "replayed from another run": (folder) =>
      cpSync(join(folder, "..", "run-0", "score.json"), join(folder, "score.json")),
    cut: (folder) => writeFileSync(join(folder, "score.json"), '{"verdict":'),
    emptied: (folder) => writeFileSync(join(folder, "score.json"), ""),
    "changed by another name of it": (folder) => {
      linkSync(join(folder, "score.json"), join(folder, "..", "elsewhere"));
      writeFileSync(join(folder, "..", "elsewhere"), '{"verdict":"pass"}\n');
    },
    "replaced by another name of another": (folder) => {
      rmSync(join(folder, "score.json"));
      linkSync(join(folder, "other.json"), join(folder, "score.json"));
    },
    "given the name of a draft": (folder) =>
      renameSync(join(folder, "score.json"), join(folder, "score.json.1.0a0b0c0d.tmp")),
    "replaced by a link": (folder) => {
      rmSync(join(folder, "score.json"));
      symlinkSync("other.json", join(folder, "score.json"));
    },
  };

  it.each(Object.keys(attacks))("that was %s is not believed", async (what) => {
    const own = workspace();
    const folder = own.runFolder("run-1");
    const artifacts = artifactsOfRun(own, "run-1");
    await artifacts.put("score.json", { verdict: "ask" });
    cpSync(join(folder, "score.json"), join(folder, "older.json"));
    await artifactsOfRun(own, "run-0").put("score.json", { verdict: "pass" });
    await artifacts.put("score.json", { verdict: "blocked" });
    await artifacts.put("other.json", { verdict: "pass" });
    expect(await artifacts.get("score.json")).toEqual({ verdict: "blocked" });
    attacks[what]?.(folder);
    for (const reader of [artifacts, artifactsOfRun(own, "run-1")])
      await expect(reader.get("score.json")).rejects.toThrow(/start a new run/);
  });

  it("that was added is not believed: no answer of a step is planted", async () => {
    const own = workspace();
    const artifacts = artifactsOfRun(own, "run-1");
    await artifacts.put("request.json", {});
    mkdirSync(join(own.runFolder("run-1"), "steps/settle-approval"), { recursive: true });
    writeFileSync(join(own.runFolder("run-1"), "steps/settle-approval/0.json"), '{"settled":true}');
    await expect(artifacts.get("steps/settle-approval/0.json")).rejects.toThrow(/was not written by this gate/);
    await expect(artifacts.has("steps/settle-approval/0.json")).rejects.toThrow(/was not written by this gate/);
  });

  it("that was removed from a list is missed", async () => {
    const own = workspace();
    const artifacts = artifactsOfRun(own, "run-1");
    await artifacts.put("findings/probe.json", [{ severity: "error" }]);
    rmSync(join(own.runFolder("run-1"), "findings/probe.json"));
    await expect(artifacts.list("findings")).rejects.toThrow(/was removed after the gate wrote it/);
  });

  it("of a killed writer is believed as it was and as it should have been", async () => {
    const own = workspace();
    const artifacts = artifactsOfRun(own, "run-1");
    await artifacts.put("a.json", 1);
    const before = readFileSync(join(own.runFolder("run-1"), "a.json"));
    await artifacts.put("a.json", 2);
    const path = join(own.records, "runs", "run-1.jsonl");
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    writeFileSync(path, `${lines.slice(0, -1).join("\n")}\n`);
    expect(await artifactsOfRun(own, "run-1").get("a.json")).toBe(2);
    writeFileSync(join(own.runFolder("run-1"), "a.json"), before);
    expect(await artifactsOfRun(own, "run-1").get("a.json")).toBe(1);
  });

  it("of the memory that somebody wrote is forgotten, and read from the tenant again", async () => {
    const own = workspace();
    await memoryOf(own).put("seen/acme.json", { fingerprint: "a" });
    writeFileSync(join(own.root, "seen/acme.json"), '{"fingerprint":"b"}\n');
    expect(await memoryOf(own).get("seen/acme.json")).toBeNull();
  });
});

describe("what says which tenants a rollout changes", () => {
  const planted: Readonly<Record<string, (path: string) => void>> = {
    "a pipe": (path) => void execFileSync("mkfifo", [path]),
    "a link": (path) => symlinkSync("/dev/zero", path),
    "a folder": (path) => void mkdirSync(path),
    "no JSON": (path) => writeFileSync(path, "x"),
    "another thing": (path) => writeFileSync(path, "[]"),
    "half of it": (path) => writeFileSync(path, '{"run":"r"}'),
    "without a process": (path) => writeFileSync(path, '{"run":"r","tenants":["acme"]}'),
    "of no process": (path) => writeFileSync(path, '{"run":"r","tenants":["acme"],"by":null,"pid":1}'),
    "of a process without a number": (path) =>
      writeFileSync(path, JSON.stringify({ run: "r", tenants: ["acme"], by: { ...thisProcess(), pid: "1" } })),
  };

  it.each(Object.entries(planted))("is refused by name where it is %s", async (_, plant) => {
    const own = workspace();
    const folder = join(own.locks, "rollouts");
    mkdirSync(folder, { recursive: true });
    plant(join(folder, "r.json"));
    const rollouts = rolloutsFolder(folder, own.access);
    const said = /rollouts\/r\.json is .*; if no rollout is running, remove it$/;
    await expect(rollouts.other("s", ["acme"])).rejects.toThrow(said);
    await expect(rollouts.begin("s", ["acme"], "2026-01-01")).rejects.toThrow(said);
  });
});

describe("an approval", () => {
  const entries = (own: Workspace) => {
    const [folder = ""] = readdirSync(own.approvals).filter((name) => name !== "claims" && !name.endsWith(".json"));
    return join(own.approvals, folder);
  };
  const open = async () => {
    const own = workspace();
    const approvals = await approvalsOf(own);
    await approvals.open(request, "token");
    await approvals.append(request.run, 0, decision);
    await approvals.append(request.run, 1, {
      ...decision,
      verdict: "approve",
      reason: null,
      nonce: "fedcba9876543210",
    });
    const apart = workspace();
    const elsewhere = new ApprovalsFolder(apart.approvals, {
      key: await secretKey(own.keys, APPROVALS_KEY, own.access),
      records: join(apart.records, "approvals"),
      access: own.access,
    });
    await elsewhere.open({ ...request, run: "run-of-another" }, "token");
    await elsewhere.append("run-of-another", 0, { ...decision, verdict: "approve", reason: null });
    cpSync(join(entries(apart), "entries/000000.json"), join(own.approvals, "of-another.json"));
    cpSync(join(entries(apart), "request.json"), join(own.approvals, "request-of-another.json"));
    return own;
  };
  const forged = JSON.stringify({ ...decision, verdict: "approve", reason: null });
  const attacks: Readonly<Record<string, (folder: string) => void>> = {
    "whose rejection was removed": (folder) => rmSync(join(folder, "entries/000000.json")),
    "that was planted": (folder) => writeFileSync(join(folder, "entries/000001.json"), forged),
    "that was planted with a MAC of an entry": (folder) => {
      const { mac } = JSON.parse(readFileSync(join(folder, "entries/000000.json"), "utf8"));
      writeFileSync(join(folder, "entries/000001.json"), JSON.stringify({ body: JSON.parse(forged), mac }));
    },
    "that was copied to another place": (folder) =>
      cpSync(join(folder, "entries/000000.json"), join(folder, "entries/000001.json")),
    "that was rewritten": (folder) => writeFileSync(join(folder, "entries/000000.json"), forged),
    "whose entries changed places": (folder) => {
      const [first, second, aside] = ["000000.json", "000001.json", "aside"].map((name) =>
        join(folder, "entries", name),
      );
      renameSync(first ?? "", aside ?? "");
      renameSync(second ?? "", first ?? "");
      renameSync(aside ?? "", second ?? "");
    },
    "that another run was given": (folder) =>
      cpSync(join(folder, "../of-another.json"), join(folder, "entries/000000.json")),
    "whose request is another run's": (folder) =>
      cpSync(join(folder, "../request-of-another.json"), join(folder, "request.json")),
    "that is no JSON": (folder) => writeFileSync(join(folder, "entries/000000.json"), "x"),
    "whose approvers were rewritten": (folder) => {
      const { body, mac } = JSON.parse(readFileSync(join(folder, "request.json"), "utf8"));
      body.approvers = [{ id: "mallory" }];
      writeFileSync(join(folder, "request.json"), JSON.stringify({ body, mac }));
    },
    "whose request was removed": (folder) => rmSync(join(folder, "request.json")),
    "that was removed whole": (folder) => rmSync(folder, { recursive: true }),
  };

  it.each(Object.keys(attacks))("%s does not count", async (what) => {
    const own = await open();
    attacks[what]?.(entries(own));
    await expect((await approvalsOf(own)).read(request.run)).rejects.toThrow(
      /gone|is not what was written|not written by this gate/,
    );
  });

  it("does not count after an older state of the whole folder was restored", async () => {
    const own = workspace();
    await (await approvalsOf(own)).open(request, "token");
    cpSync(own.root, join(own.root, "..", "copy"), { recursive: true });
    await (await approvalsOf(own)).append(request.run, 0, decision);
    rmSync(own.root, { recursive: true });
    renameSync(join(own.root, "..", "copy"), own.root);
    chmodSync(own.root, 0o700);
    await expect((await approvalsOf(own)).read(request.run)).rejects.toThrow(/is gone: it was removed/);
  });

  it("at a terminal does not count when others may write its file, whoever owns it", async () => {
    const own = workspace();
    const approvals = await approvalsOf(own);
    await approvals.open(request, "token");
    await approvals.append(request.run, 0, { ...decision, verdict: "approve", reason: null, channel: "terminal" });
    for (const mode of [0o660, 0o620, 0o602]) {
      chmodSync(join(entries(own), "entries/000000.json"), mode);
      await expect((await approvalsOf(own)).read(request.run)).rejects.toThrow(/and others may write it/);
    }
    chmodSync(join(entries(own), "entries/000000.json"), 0o640);
    expect((await (await approvalsOf(own)).read(request.run))?.entries).toHaveLength(1);
  });

  it("of a group's member is for that member to write alone, before and after the folder is shared", async () => {
    const folder = temporaryFolder();
    const environment = { SCHEMA_GATE_STATE: join(folder, "state") };
    const append = async (own: Workspace, at: number) =>
      (await approvalsOf(own)).append(request.run, at, { ...decision, nonce: `${at}`.repeat(16) });
    const alone = workspaceIn(folder, environment);
    await (await approvalsOf(alone)).open(request, "token");
    await append(alone, 0);
    const shared = workspaceIn(folder, environment, String(process.getgid?.() ?? 0));
    expect(shared.access.file).toBe(0o660);
    await append(shared, 1);
    for (const name of ["000000.json", "000001.json"])
      expect(statSync(join(entries(shared), "entries", name)).mode & 0o777).toBe(0o640);
  });

  it.runIf(asRoot)("at a terminal counts only as its author's (needs root to be two people)", async () => {
    const own = workspace();
    const approvals = await approvalsOf(own);
    await approvals.open(request, "token");
    await approvals.append(request.run, 0, { ...decision, verdict: "approve", reason: null, channel: "terminal" });
    chownSync(join(entries(own), "entries/000000.json"), 1, 1);
    await expect((await approvalsOf(own)).read(request.run)).rejects.toThrow(/approves as .*, and was written by/);
  });
});

describe("a trail", () => {
  const note = (run: string) =>
    ({ actor: "a", action: "run.started", subject: { kind: "run", name: run }, digest: null, details: {} }) as const;
  const start = async () => {
    const own = workspace();
    const open = () =>
      openAuditFile({ directory: own.runFolder("r"), run: "r", clock: steppingClock(), record: recordOfRun(own, "r") });
    const trail = await open();
    for (const _ of "abc") await trail.append(note("r"));
    return { own, open, path: join(own.runFolder("r"), "audit.jsonl") };
  };

  it.each(["cut", "rewritten", "removed"])("that was %s is not continued", async (what) => {
    const { own, open, path } = await start();
    await open();
    const lines = readFileSync(path, "utf8").split("\n");
    if (what === "cut") writeFileSync(path, `${lines.slice(0, 2).join("\n")}\n`);
    if (what === "removed") rmSync(path);
    if (what === "rewritten") {
      rmSync(path);
      const forged = await openAuditFile({ directory: own.runFolder("r"), run: "r", clock: steppingClock(0) });
      for (const _ of "abc") await forged.append(note("r"));
    }
    await expect(open()).rejects.toThrow(/does not end where this gate left it/);
  });

  it("names the run before it and where that one ended", async () => {
    const { own } = await start();
    enterRun(own, "r");
    enterRun(own, "s");
    expect(runBefore(own, "r")).toBeNull();
    expect(runBefore(own, "s")).toEqual({ run: "r", head: recordOfRun(own, "r").last("audit.jsonl") });
    rmSync(own.runFolder("r"), { recursive: true });
    expect(existsSync(own.runFolder("r"))).toBe(false);
    expect(runBefore(own, "s")).toMatchObject({ run: "r" });
  });
});
