import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { schemaGate } from "../support/captured-io.js";

it("the example of a custom rule finds what it says", async () => {
  const folder = fileURLToPath(new URL("../../examples/custom-rule", import.meta.url));
  const { stdout } = await schemaGate(folder, ["lint", "migrations"]);
  expect(stdout).toContain("TEAM001 by_email does not begin with users_.");
});
