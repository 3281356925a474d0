import { expect, it } from "vitest";
import { exemptionsSchema } from "../../../lib/core/rollout/exemptions.js";

const EXEMPTION = { tenant: "acme", reason: "its host is being moved", expires: "2026-12-31", by: "ada" };

it("takes an exemption with a tenant, a reason, a last day and a name", () => {
  expect(exemptionsSchema.parse([EXEMPTION])).toEqual([EXEMPTION]);
});

it.each([
  ["a blank reason", { reason: "  " }],
  ["a blank name", { by: "\t" }],
  ["a day that there is not", { expires: "2026-02-30" }],
  ["no last day", { expires: undefined }],
])("refuses %s", (_, part) => {
  expect(exemptionsSchema.safeParse([{ ...EXEMPTION, ...part }]).success).toBe(false);
});
