import fc from "fast-check";
import { expect, it } from "vitest";
import type { Finding } from "../../../lib/core/finding.js";
import { groupFindings } from "../../../lib/core/finding-groups.js";

function found(tenant: string | null, message: string, more: Partial<Finding> = {}): Finding {
  return {
    code: "probe.not-null",
    gate: "probe",
    severity: "error",
    subject: { kind: "column", name: "app.users.limit" },
    message,
    ...(tenant === null ? {} : { tenants: [tenant] }),
    ...more,
  };
}

it("says what many tenants have alike once, with its tenants", () => {
  const groups = groupFindings(["a", "b", "c"].map((id) => found(id, `Tenant ${id} could not be read.`)));
  expect(groups).toHaveLength(1);
  expect(groups[0]).toMatchObject({
    finding: { message: "The tenant could not be read." },
    tenants: ["a", "b", "c"],
    each: [],
  });
});

it("keeps what differs from tenant to tenant", () => {
  const [group, ...others] = groupFindings([found("a", "Tenant a has 3 rows."), found("b", "Tenant b has 7 rows.")]);
  expect(others).toEqual([]);
  expect(group?.each).toEqual([
    { tenant: "a", message: "Tenant a has 3 rows." },
    { tenant: "b", message: "Tenant b has 7 rows." },
  ]);
});

it("puts what helps before what only repeats the server", () => {
  const raw = found("a", "ERROR: column contains null values", { code: "dry-run.failed", gate: "dry-run" });
  const repair = found("a", "Tenant a has 3 rows.", { remedy: { text: "Repair them.", sql: "UPDATE t SET a = 1" } });
  expect(groupFindings([raw, repair]).map(({ finding }) => finding.code)).toEqual(["probe.not-null", "dry-run.failed"]);
});

it("does not put together what is of two places, severities or remedies", () => {
  const place = (line: number) => ({ source: { file: "a.sql", line, column: 1 } });
  expect(groupFindings([found("a", "m", place(1)), found("b", "m", place(2))])).toHaveLength(2);
  expect(groupFindings([found("a", "m"), found("b", "m", { severity: "warning" })])).toHaveLength(2);
  expect(groupFindings([found("a", "m"), found("b", "m", { remedy: { text: "Do this." } })])).toHaveLength(2);
  expect(groupFindings([found(null, "m"), found(null, "n")])).toHaveLength(2);
});

it("loses no tenant, and gives no group twice, whatever tenants are called", () => {
  const ids = fc.uniqueArray(fc.constantFrom("a", "1", "has", "Tenant", "a.b", "$&", "x y", "(", "eu-1"), {
    minLength: 1,
  });
  fc.assert(
    fc.property(ids, (tenants) => {
      const groups = groupFindings(tenants.map((id) => found(id, `Tenant ${id} has rows.`)));
      expect(groups.flatMap((group) => group.tenants).sort()).toEqual([...tenants].sort());
      expect(groups).toHaveLength(1);
    }),
  );
});

it("leaves out a database that is called as its tenant", () => {
  const [group] = groupFindings(
    ["a", "b"].map((id) => found(id, `Tenant ${id} (127.0.0.1:1/${id}) could not be read.`)),
  );
  expect(group?.finding.message).toBe("The tenant (127.0.0.1:1/…) could not be read.");
});
