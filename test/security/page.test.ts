import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { attackTable } from "../support/attack-table.js";

const BEGIN = "<!-- made by test/security/page.test.ts; SCHEMA_GATE_WRITE=1 writes it again -->\n";
const END = "\n<!-- end -->";

it("docs/security.md lists every attack that the tests try on SQL", () => {
  const file = join(packageRoot(), "docs", "security.md");
  const page = readFileSync(file, "utf8");
  const [before = "", rest = ""] = page.split(BEGIN);
  const [, after = ""] = rest.split(END);
  const wanted = `${before}${BEGIN}${attackTable()}${END}${after}`;
  if (process.env.SCHEMA_GATE_WRITE === "1") writeFileSync(file, wanted);
  expect(readFileSync(file, "utf8") === wanted, "run it again with SCHEMA_GATE_WRITE=1").toBe(true);
});

it("every test that the page names is there", () => {
  const page = readFileSync(join(packageRoot(), "docs", "security.md"), "utf8").split(BEGIN)[0] ?? "";
  const named = [...page.matchAll(/`((?:security|steps|core|cli|adapters)\/[\w/-]+)`/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((name) => !existsSync(join(packageRoot(), "test", `${name}.test.ts`)))).toEqual([]);
});
