import { describe, expect, it } from "vitest";
import { S3Approvals } from "../../../lib/adapters/aws/s3-approvals.js";
import type { ApprovalEntry } from "../../../lib/core/approval/request.js";
import type { Approvals } from "../../../lib/ports/approvals.js";
import { approvalsIn, temporaryFolder } from "../../review/harness.js";
import { APPROVAL_REQUEST } from "../../support/approval-request.js";
import { simulatedStore } from "../../support/aws/services.js";

/** Opens the same approvals again, as another process would. */
type Opener = () => Approvals;

const ADAPTERS: readonly [string, () => Promise<Opener>][] = [
  [
    "a folder",
    async () => {
      const root = temporaryFolder();
      return () => approvalsIn(root);
    },
  ],
  [
    "S3 (simulated)",
    async () => {
      const { store, authenticator } = await simulatedStore();
      return () => new S3Approvals(store, async () => Buffer.alloc(32, 7), authenticator);
    },
  ],
];

const request = APPROVAL_REQUEST;
const entry = (reason: string): ApprovalEntry => ({ kind: "void", reason, at: 1 });

describe.each(ADAPTERS)("approvals in %s", (_, adapter) => {
  it("open once, open again for the same question with a new token, and not for another", async () => {
    const approvals = (await adapter())();
    expect(await approvals.open(request, "first")).toBe("opened");
    await approvals.append(request.run, 0, entry("kept"));
    expect(await approvals.open(request, "second")).toBe("reopened");
    expect(await approvals.open({ ...request, digest: "other" }, "third")).toBe("conflict");
    expect(await approvals.taskToken(request.run)).toBe("second");
    expect(await approvals.read(request.run)).toEqual({ request, entries: [entry("kept")] });
  });

  it("give a place in the log to exactly one of many", async () => {
    const open = await adapter();
    await open().open(request, "token");
    const tries = Array.from({ length: 30 }, (_, index) => open().append(request.run, 0, entry(String(index))));
    const won = await Promise.all(tries);
    expect(won.filter(Boolean)).toHaveLength(1);
    expect((await open().read(request.run))?.entries).toEqual([entry(String(won.indexOf(true)))]);
  });

  it("give a place to one of many that write the same", async () => {
    const open = await adapter();
    await open().open(request, "token");
    const won = await Promise.all(Array.from({ length: 20 }, () => open().append(request.run, 0, entry("same"))));
    expect(won.filter(Boolean)).toHaveLength(1);
  });

  it("keep the entries in the order of their places", async () => {
    const approvals = (await adapter())();
    await approvals.open(request, "token");
    for (let place = 0; place < 12; place += 1) await approvals.append(request.run, place, entry(String(place)));
    const reasons = (await approvals.read(request.run))?.entries.map((one) => one.reason);
    expect(reasons).toEqual(Array.from({ length: 12 }, (_, place) => String(place)));
  });

  it("let a message be claimed once", async () => {
    const approvals = (await adapter())();
    const claims = await Promise.all([1, 2, 3].map(() => approvals.claim("v0=signature", 1)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await approvals.claim("v0=another", 1)).toBe(true);
  });

  it("know nothing of an unknown run", async () => {
    const approvals = (await adapter())();
    expect(await approvals.read("unknown")).toBeNull();
    expect(await approvals.taskToken("unknown")).toBeNull();
  });
});
