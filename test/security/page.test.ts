import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { BEGIN, END } from "../support/attack-reporter.js";
import { ATTACK_FILES, readTable, rowsOf, tableOf, withRun } from "../support/attack-table.js";

/** What came of the attacks is held to by the reporter, which sees the tests run. */
it("docs/security.md lists attacks of every file that tries some, and none that its file does not name", () => {
  const page = readFileSync(join(packageRoot(), "docs", "security.md"), "utf8");
  const table = page.split(BEGIN)[1]?.split(END)[0] ?? "";
  const rows = readTable(table);
  expect(tableOf(rows)).toBe(table);
  expect(new Set(rows.map(({ file }) => file))).toEqual(ATTACK_FILES);
  const texts = new Map([...ATTACK_FILES].map((file) => [file, readFileSync(join(packageRoot(), file), "utf8")]));
  expect(rows.filter(({ attack, file }) => !texts.get(file)?.includes(attack))).toEqual([]);
  expect(rows.filter(({ cells }) => cells.some((cell) => cell !== "held" && cell !== "–"))).toEqual([]);
});

it("takes what came of an attack from the tests that tried it", () => {
  const file = "test/security/automatic-code.test.ts";
  const by = (major: string, what: string, passed = true) => ({ file, name: `code on ${major} > ${what}`, passed });
  const superuser = "a rule: no release is executed by a superuser";
  const lesser = "a rule: it gets nothing from a least-privilege login";
  const cells = (...outcomes: readonly ReturnType<typeof by>[]) => rowsOf(outcomes).map((row) => row.cells);
  expect(cells(by("15", superuser), by("18", superuser, false), by("18", lesser))).toEqual([
    ["held", "**came through**", "–", "held"],
  ]);
  expect(cells(by("15", "runs as one where the config says why"))).toEqual([]);
  const [recorded] = rowsOf([by("15", superuser), by("18", superuser), by("15", lesser), by("18", lesser)]);
  if (!recorded) throw new Error("no attack was read");
  const [merged] = withRun([recorded], rowsOf([by("18", superuser, false), by("18", lesser)]));
  expect(merged?.cells).toEqual(["held", "**came through**", "held", "held"]);
  expect(withRun([recorded], rowsOf([by("18", "a view: no release is executed by a superuser")]))).toMatchObject([
    { attack: "a view", cells: [null, "held", null, "–"] },
  ]);
});

it("every test that the page names is there", () => {
  const page = readFileSync(join(packageRoot(), "docs", "security.md"), "utf8").split(BEGIN)[0] ?? "";
  const named = [...page.matchAll(/`((?:security|steps|core|cli|adapters)\/[\w/-]+)`/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((name) => !existsSync(join(packageRoot(), "test", `${name}.test.ts`)))).toEqual([]);
});
