import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { schemaFiles } from "../../lib/cli/json/schemas.js";

const folder = new URL("../../schemas/", import.meta.url);

it.each([...schemaFiles()])("schemas/%s is what the code says (node scripts/generate-schemas.mjs)", (name, text) => {
  expect(JSON.parse(readFileSync(new URL(name, folder), "utf8"))).toEqual(JSON.parse(text));
});

it("publishes no schema that the code no longer has", () => {
  expect(readdirSync(folder).sort()).toEqual([...schemaFiles().keys()].sort());
});
