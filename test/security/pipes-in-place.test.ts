import { execFileSync } from "node:child_process";
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { openAuditFile } from "../../lib/adapters/local/audit-file.js";
import { approvalsOf, artifactsOfRun, enterRun, memoryOf, recordOfRun } from "../../lib/adapters/local/open-run.js";
import { ignoreInGit, PRIVATE } from "../../lib/adapters/local/private-files.js";
import { tryHoldFile } from "../../lib/adapters/local/process-lock.js";
import { readRunRecord } from "../../lib/adapters/local/run-record.js";
import { APPROVALS_KEY, secretKey } from "../../lib/adapters/local/secret-key.js";
import { loadSigningKey, PUBLIC_KEY } from "../../lib/adapters/local/signing-key.js";
import { changedInFolder } from "../../lib/adapters/local/since-seal.js";
import { type Workspace, workspaceIn } from "../../lib/adapters/local/workspace.js";
import { Delivered } from "../../lib/adapters/webhooks/delivered.js";
import { isSealed } from "../../lib/cli/run/is-sealed.js";
import type { ApprovalEntry } from "../../lib/core/approval/request.js";
import { verifyRun } from "../../lib/core/audit/verify.js";
import { temporaryFolder } from "../review/harness.js";
import { APPROVAL_REQUEST as request } from "../support/approval-request.js";
import { steppingClock } from "../support/sealed-run.js";

/** What somebody lays where a file of the gate's was. Reading the first three never ends; the fourth is another file by the next read. */
const PLANTED: Readonly<Record<string, (path: string) => Promise<void> | void>> = {
  "a pipe": (path) => void execFileSync("mkfifo", [path]),
  "a link to a device without an end": (path) => symlinkSync("/dev/zero", path),
  "a link to a pipe": (path) => {
    execFileSync("mkfifo", [`${path}-elsewhere`]);
    symlinkSync(`${path}-elsewhere`, path);
  },
  "a link to what the gate wrote": (path) => symlinkSync(`${path}-before`, path),
  "a link to itself": (path) => symlinkSync(basename(path), path),
  "a socket": (path) =>
    new Promise((resolve) => {
      // A socket's path has a limit, so it is made in a short one.
      const short = join("/tmp", `sg-${process.pid}-${Math.random()}`);
      const server = createServer().listen(short, () => {
        renameSync(short, path);
        server.unref();
        resolve();
      });
    }),
  "a folder": (path) => mkdirSync(path),
};

function workspace(): Workspace {
  const folder = temporaryFolder();
  return workspaceIn(folder, { SCHEMA_GATE_STATE: join(folder, "state") });
}

/** Puts something else in a file's place, and keeps what was there beside it. */
async function plant(path: string, what: string): Promise<void> {
  renameSync(path, `${path}-before`);
  await PLANTED[what]?.(path);
}

const REFUSED = /(is (a link|a pipe|a socket|a folder), not the file that the gate made there.*start a new run)/;

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

const note = {
  actor: "a",
  action: "run.started",
  subject: { kind: "run", name: "r" },
  digest: null,
  details: {},
} as const;

/** A run that was sealed, with an artifact and an answered question. */
async function sealedRun() {
  const own = workspace();
  const folder = own.runFolder("r");
  const open = () =>
    openAuditFile({ directory: folder, run: "r", clock: steppingClock(), record: recordOfRun(own, "r") });
  enterRun(own, "r");
  await artifactsOfRun(own, "r").put("score.json", { verdict: "ask" });
  await artifactsOfRun(own, "r").put("results/Probe/0.json", [1]);
  await memoryOf(own).put("seen/acme.json", { a: 1 });
  const trail = await open();
  await trail.append(note);
  await trail.close(await loadSigningKey(own.keys));
  const approvals = await approvalsOf(own);
  await approvals.open(request, "token");
  await approvals.append(request.run, 0, decision);
  const [asked = ""] = readdirSync(own.approvals).filter((name) => name !== "claims");
  return { own, folder, open, asked: join(own.approvals, asked) };
}

type Run = Awaited<ReturnType<typeof sealedRun>>;

/** Each reader of the gate's own files: which file, and how it is read. */
const READERS: Readonly<Record<string, readonly [path: (run: Run) => string, read: (run: Run) => unknown]>> = {
  "an artifact": [({ folder }) => join(folder, "score.json"), ({ own }) => artifactsOfRun(own, "r").get("score.json")],
  "an artifact that is asked for": [
    ({ folder }) => join(folder, "results/Probe/0.json"),
    ({ own }) => artifactsOfRun(own, "r").has("results/Probe/0.json"),
  ],
  "the trail": [({ folder }) => join(folder, "audit.jsonl"), ({ open }) => open()],
  "the trail, asked whether it is sealed": [
    ({ folder }) => join(folder, "audit.jsonl"),
    ({ own }) => isSealed(artifactsOfRun(own, "r")),
  ],
  "the trail, looked at before the folder is cleaned": [
    ({ folder }) => join(folder, "audit.jsonl"),
    ({ own, folder }) => changedInFolder(folder, recordOfRun(own, "r")),
  ],
  "the list of files": [
    ({ folder }) => join(folder, "audit.manifest.json"),
    ({ own, folder }) => changedInFolder(folder, recordOfRun(own, "r")),
  ],
  "the seal": [({ folder }) => join(folder, "audit.seal.json"), ({ own }) => isSealed(artifactsOfRun(own, "r"))],
  "a question": [
    ({ asked }) => join(asked, "request.json"),
    async ({ own }) => (await approvalsOf(own)).read(request.run),
  ],
  "an answer": [
    ({ asked }) => join(asked, "entries/000000.json"),
    async ({ own }) => (await approvalsOf(own)).read(request.run),
  ],
  "the token of a question": [
    ({ asked }) => join(asked, "task-token"),
    async ({ own }) => (await approvalsOf(own)).taskToken(request.run),
  ],
  "the record": [
    ({ own }) => join(own.records, "runs/r.jsonl"),
    ({ own }) => artifactsOfRun(own, "r").get("score.json"),
  ],
  "the list of runs": [
    ({ own }) => join(own.records, "runs.jsonl"),
    ({ own }) => Promise.resolve().then(() => enterRun(own, "s")),
  ],
};

describe.each(Object.keys(PLANTED))("%s", (what) => {
  it.each(Object.keys(READERS))("in place of %s is refused with the reason", { timeout: 5000 }, async (reader) => {
    const run = await sealedRun();
    const [path, read] = READERS[reader] ?? [];
    await plant(path?.(run) ?? "", what);
    await expect(read?.(run)).rejects.toThrow(REFUSED);
  });

  it("in place of what is remembered is forgotten", { timeout: 5000 }, async () => {
    const { own } = await sealedRun();
    await plant(join(own.root, "seen/acme.json"), what);
    await expect(memoryOf(own).get("seen/acme.json")).resolves.toBeNull();
  });

  it("in place of any file of a run is named by audit verify", { timeout: 5000 }, async () => {
    for (const name of ["score.json", "audit.manifest.json", "audit.seal.json", "audit.jsonl"]) {
      const { folder } = await sealedRun();
      await plant(join(folder, name), what);
      const { findings } = verifyRun(await readRunRecord(folder));
      expect(findings.map(({ severity }) => severity)).toContain("error");
    }
  });

  it("in place of a lock is named, and nobody waits for it", { timeout: 5000 }, async () => {
    const path = join(temporaryFolder(), "r.lock");
    const release = tryHoldFile(path);
    await plant(path, what);
    expect(() => tryHoldFile(path)).toThrow(/cannot be read \((it is no file|E\w+)\), so who has it is not known/);
    (release as () => void)();
  });

  it("in place of a key is refused, of the public one replaced", { timeout: 5000 }, async () => {
    const folder = temporaryFolder();
    await secretKey(folder, APPROVALS_KEY);
    await plant(join(folder, APPROVALS_KEY), what);
    await expect(secretKey(folder, APPROVALS_KEY)).rejects.toThrow(/a key must be a file of its own/);
    await loadSigningKey(folder);
    if (what === "a folder") return;
    await plant(join(folder, PUBLIC_KEY), what);
    const { publicKey } = await loadSigningKey(folder);
    expect(readFileSync(join(folder, PUBLIC_KEY), "utf8")).toBe(publicKey);
  });

  it("in place of what a webhook has is read as nothing", { timeout: 5000 }, async () => {
    const { own } = await sealedRun();
    const delivered = new Delivered(own, "hook", "r");
    delivered.write(3);
    await plant(join(own.records, "webhooks/hook/r.json"), what);
    expect(delivered.read()).toBe(0);
  });
});

describe("a link in place of a folder of the gate's", () => {
  const moved = (path: string) => {
    renameSync(path, `${path}-elsewhere`);
    symlinkSync(`${path}-elsewhere`, path);
  };

  it.each(["results", "results/Probe"])("(%s) gets nothing written through it", async (below) => {
    const { own, folder } = await sealedRun();
    moved(join(folder, below));
    await expect(artifactsOfRun(own, "r").put("results/Probe/1.json", 1)).rejects.toThrow(/is a link, not the folder/);
    expect(existsSync(join(folder, "results/Probe/1.json"))).toBe(false);
  });

  it("(the run's) gets nothing written through it", async () => {
    const { own, folder } = await sealedRun();
    moved(folder);
    await expect(artifactsOfRun(own, "r").put("a.json", 1)).rejects.toThrow(/is a link, not the folder/);
  });

  it.each(["runs", "approvals"])("(%s) is refused as a whole", async (below) => {
    const { own } = await sealedRun();
    moved(join(own.root, below));
    expect(() => workspaceIn(dirname(own.root), { SCHEMA_GATE_STATE: join(own.keys, "..") })).toThrow(/is a link/);
  });

  it("gets no list for git written to where it leads", () => {
    const folder = temporaryFolder();
    symlinkSync(join(folder, "led-to"), join(folder, ".gitignore"));
    ignoreInGit(folder, PRIVATE);
    expect(existsSync(join(folder, "led-to"))).toBe(false);
  });

  it("or of the trail gets no event appended, a trail that is not there yet either", async () => {
    const own = workspace();
    mkdirSync(own.runFolder("r"), { recursive: true });
    const led = join(own.root, "led-to");
    symlinkSync(led, join(own.runFolder("r"), "audit.jsonl"));
    const opening = openAuditFile({ directory: own.runFolder("r"), run: "r", clock: steppingClock() });
    await expect(opening.then((trail) => trail.append(note))).rejects.toThrow(/is a link/);
    expect(existsSync(led)).toBe(false);
  });

  it("or a pipe laid into the trail's place while it is open gets no event", { timeout: 5000 }, async () => {
    const { open, folder } = await sealedRun();
    const trail = await open();
    rmSync(join(folder, "audit.jsonl"));
    execFileSync("mkfifo", [join(folder, "audit.jsonl")]);
    await expect(trail.append(note)).rejects.toThrow(/is a pipe/);
  });
});

it("a hard link to another file is not written through, and believed only as what the gate wrote", async () => {
  const { own, folder } = await sealedRun();
  const other = join(own.root, "other.json");
  await artifactsOfRun(own, "r").put("other.json", { verdict: "pass" });
  renameSync(join(folder, "other.json"), other);
  rmSync(join(folder, "score.json"));
  linkSync(other, join(folder, "score.json"));
  await expect(artifactsOfRun(own, "r").get("score.json")).rejects.toThrow(/is not what the gate wrote there/);
  await artifactsOfRun(own, "r").put("score.json", { verdict: "blocked" });
  expect(JSON.parse(readFileSync(other, "utf8"))).toEqual({ verdict: "pass" });
});
