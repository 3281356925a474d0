import { expect, it } from "vitest";
import { findingSchema } from "../../../lib/core/evidence/finding-schema.js";
import type { Finding } from "../../../lib/core/finding.js";
import { blockedBy } from "../../../lib/core/report/blocked-by.js";

function error(gate: Finding["gate"], tenants?: readonly string[], more: Partial<Finding> = {}): Finding {
  const base = {
    code: `${gate}.x`,
    gate,
    severity: "error",
    subject: { kind: "table", name: "a" },
    message: "m",
  } as const;
  return { ...base, ...(tenants ? { tenants } : {}), ...more };
}

it("counts tenants and says the cause in words", () => {
  const rows = ["a", "b", "c"].map((id) => error("probe", [id]));
  expect(blockedBy([...rows, error("probe", ["a"])], 247)).toBe("3 of 247 tenants have rows that would break it.");
  expect(blockedBy([error("probe", ["a"])], 1)).toBe("1 of 1 tenant has rows that would break it.");
});

it("keeps unknown apart from what is known to be bad", () => {
  const found = [error("probe", ["a"]), error("probe", ["b"], { unknown: true })];
  expect(blockedBy(found, 9)).toBe(
    "1 of 9 tenants has rows that would break it; 1 of 9 tenants could not be examined in full.",
  );
});

it("names every cause up to three, and how many more there are", () => {
  const gates = ["load", "probe", "diverge", "lint", "dry-run", "rollback"] as const;
  const text = blockedBy(
    gates.map((gate) => error(gate, gate === "lint" || gate === "load" ? undefined : ["a"])),
    2,
  );
  expect(text).toContain("1 part of the release could not be read; 1 of 2 tenants has rows");
  expect(text).toMatch(/and 3 more causes\.$/);
});

it("says nothing where nothing blocks, and something of every gate that can", () => {
  expect(blockedBy([error("probe", ["a"], { severity: "warning" })], 3)).toBeNull();
  for (const gate of findingSchema.shape.gate.options)
    for (const tenants of [undefined, ["a"], ["a", "b"]])
      for (const unknown of [false, true])
        expect(blockedBy([error(gate, tenants, { unknown })], 3), `${gate} ${tenants} ${unknown}`).toMatch(
          /^[A-Z0-9].*\.$/,
        );
});
