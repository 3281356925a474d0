import { describe, expect, it } from "vitest";
import {
  type ApprovalSubject,
  approvalDigest,
  approvalParts,
  changedParts,
} from "../../../lib/core/approval/digest.js";

const subject: ApprovalSubject = {
  run: "run-1",
  release: [{ version: "1", checksum: "aa" }],
  tenants: ["a", "b"],
  targets: { a: { system: "1", database: "5" } },
  clusters: [],
  fingerprints: { a: "f1", b: "f1" },
  findings: [{ code: "SG001" }],
  probes: { "probe.not-null": { a: 0, b: 0 } },
  rollbackPlans: [{ cluster: "f1", statements: ["DROP TABLE t"] }],
  config: { thresholds: { block: 0.7 } },
  policy: [{ approvers: ["alex"] }, { approvers: ["alex"] }],
};

describe("the digest of an approval", () => {
  it("is the same for the same subject, whatever the order of tenants and keys", () => {
    const reordered: ApprovalSubject = { ...subject, tenants: ["b", "a"], fingerprints: { b: "f1", a: "f1" } };
    expect(approvalDigest(reordered)).toBe(approvalDigest(subject));
    expect(approvalDigest(subject)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<[keyof ApprovalSubject, Partial<ApprovalSubject>]>([
    ["run", { run: "run-2" }],
    ["targets", { targets: { a: { system: "1", database: "6" } } }],
    ["clusters", { clusters: [{ id: "1" }] }],
    ["release", { release: [{ version: "1", checksum: "ab" }] }],
    ["tenants", { tenants: ["a", "b", "c"] }],
    ["fingerprints", { fingerprints: { a: "f1", b: "f2" } }],
    ["findings", { findings: [] }],
    ["probes", { probes: { "probe.not-null": { a: 0, b: 1 } } }],
    ["rollbackPlans", { rollbackPlans: [{ cluster: "f1", statements: ["DROP TABLE u"] }] }],
    ["config", { config: { thresholds: { block: 0.9 } } }],
  ])("changes with the %s, and says so", (part, change) => {
    const changed = { ...subject, ...change };
    expect(approvalDigest(changed)).not.toBe(approvalDigest(subject));
    expect(changedParts(approvalParts(subject), approvalParts(changed))).toEqual([part]);
  });

  it("tells a text from the same text in a list", () => {
    expect(approvalDigest({ ...subject, config: "x" })).not.toBe(approvalDigest({ ...subject, config: ["x"] }));
  });
});
