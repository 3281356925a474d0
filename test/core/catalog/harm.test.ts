import { expect, it } from "vitest";
import type { Difference } from "../../../lib/core/catalog/compare.js";
import { harmOf } from "../../../lib/core/catalog/repair/harm.js";

const difference = (more: Partial<Difference>): Difference => ({
  change: "changed",
  kind: "table",
  id: { schema: "app", name: "users" },
  subject: "app.users",
  actual: null,
  declared: null,
  severity: "warning",
  releaseDepends: false,
  message: "",
  repair: "",
  ...more,
});
const granted = (role: string, ...privileges: string[]) => ({ role, privileges, grantable: [], grantor: null });
const owner = granted("$owner", "ALL");

it("says what a repair revokes, and from whom", () => {
  const more = difference({ attribute: "privileges", actual: [owner, granted("reports", "SELECT")] });
  expect(harmOf([more])).toBe(
    "It revokes what no migration grants (SELECT for reports on table app.users), and whoever uses it loses it: write the GRANT into a migration, or allow the drift under drift.allow.",
  );
});

it("says what a repair drops with its rows", () => {
  expect(harmOf([difference({ change: "unexpected" }), difference({ change: "unexpected", kind: "index" })])).toBe(
    "It drops table app.users with all data in it, which nothing keeps: save that first, or allow the drift under drift.allow.",
  );
});

it.each([
  ["a grant that is missing", difference({ attribute: "privileges", declared: [owner, granted("app", "SELECT")] })],
  ["another option", difference({ attribute: "options" })],
  ["a table that is missing", difference({ change: "missing" })],
])("is silent about %s", (_, one) => {
  expect(harmOf([one])).toBeNull();
});
