import { statSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ApprovalsFolder } from "../../../lib/adapters/local/approvals-folder.js";
import type { ApprovalEntry, ApprovalRequest } from "../../../lib/core/approval/request.js";
import { temporaryFolder } from "../../review/harness.js";

const request: ApprovalRequest = {
  run: "../../etc/run",
  digest: "abc",
  requester: "dana",
  approvers: [{ id: "alex" }],
  quorum: 1,
  requestedAt: 1000,
  expiresAt: 2000,
};
const entry = (reason: string): ApprovalEntry => ({ kind: "void", reason, at: 1 });

describe("approvals in a folder", () => {
  it("open once, open again for the same question with a new token, and not for another", async () => {
    const approvals = new ApprovalsFolder(temporaryFolder());
    expect(await approvals.open(request, "first")).toBe("opened");
    await approvals.append(request.run, 0, entry("kept"));
    expect(await approvals.open(request, "second")).toBe("reopened");
    expect(await approvals.open({ ...request, digest: "other" }, "third")).toBe("conflict");
    expect(await approvals.taskToken(request.run)).toBe("second");
    expect(await approvals.read(request.run)).toEqual({ request, entries: [entry("kept")] });
  });

  it("give a place in the log to exactly one of many", async () => {
    const root = temporaryFolder();
    await new ApprovalsFolder(root).open(request, "token");
    const tries = Array.from({ length: 30 }, (_, index) =>
      new ApprovalsFolder(root).append(request.run, 0, entry(String(index))),
    );
    const won = await Promise.all(tries);
    expect(won.filter(Boolean)).toHaveLength(1);
    const record = await new ApprovalsFolder(root).read(request.run);
    expect(record?.entries).toEqual([entry(String(won.indexOf(true)))]);
  });

  it("let a message be claimed once", async () => {
    const approvals = new ApprovalsFolder(temporaryFolder());
    const claims = await Promise.all([1, 2, 3].map(() => approvals.claim("v0=signature", 1)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await approvals.claim("v0=another", 1)).toBe(true);
  });

  it("keep the token apart, for its owner alone, and nothing outside the folder", async () => {
    const root = temporaryFolder();
    const approvals = new ApprovalsFolder(root);
    await approvals.open(request, "the-token");
    const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
    const holding = [];
    for (const file of files) {
      const path = join(file.parentPath, file.name);
      expect(statSync(path).mode & 0o077).toBe(0);
      if ((await readFile(path, "utf8")).includes("the-token")) holding.push(file.name);
    }
    expect(files.map((file) => file.name).sort()).toEqual(["request.json", "task-token"]);
    expect(holding).toEqual(["task-token"]);
    expect(JSON.stringify(await approvals.read(request.run))).not.toContain("the-token");
  });

  it("know nothing of an unknown run", async () => {
    const approvals = new ApprovalsFolder(temporaryFolder());
    expect(await approvals.read("unknown")).toBeNull();
    expect(await approvals.taskToken("unknown")).toBeNull();
  });
});
