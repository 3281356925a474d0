import { statSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { approvalsIn, temporaryFolder } from "../../review/harness.js";
import { APPROVAL_REQUEST } from "../../support/approval-request.js";

const request = APPROVAL_REQUEST;

describe("approvals in a folder", () => {
  it("keep the token apart, for its owner alone, and nothing outside the folder", async () => {
    const root = temporaryFolder();
    const approvals = approvalsIn(root);
    await approvals.open(request, "the-token");
    const files = (await readdir(join(root, "approvals"), { recursive: true, withFileTypes: true })).filter((one) =>
      one.isFile(),
    );
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
});
