import { expect, it } from "vitest";
import { cloneName } from "../../../lib/steps/catalog/declared.js";

const LONG = "20240115_add_tenant_quota-8a7b8ed4062b-20261129T060321Z";

it("gives each part of a run a name of its own that PostgreSQL does not cut", () => {
  const names = ["a1_dry-run", "a1_rollback", "b2_dry-run", "b2_written", "declared_0123abcd"].map((part) =>
    cloneName(LONG, part),
  );
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  expect(cloneName("short", "a1_dry-run")).toBe("schema_gate_short_a1_dry-run");
});
