import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The formatter breaks lines and orders imports; the words stay. */
const words = (text: string) => text.match(/[\w-]+/g)?.sort();

it.each([
  ["scripts/operation-index.mjs", "lib/core/operations/kinds/index.ts"],
  ["scripts/rewrite-index.mjs", "lib/core/rewrite/kinds/index.ts"],
  ["scripts/state-index.mjs", "lib/steps/states/index.ts"],
  ["scripts/state-index.mjs", "lib/infra/state-files.ts", "--print-files"],
])("%s has written %s", (script, index, print = "--print") => {
  const printed = execFileSync(process.execPath, [script, print], { cwd: root, encoding: "utf8" });
  expect(words(readFileSync(`${root}${index}`, "utf8"))).toEqual(words(printed));
});
