import { existsSync, readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { applyFixes } from "../../../lib/core/lint/apply-fixes.js";
import { rulePage } from "../../../lib/core/lint/rule-page.js";
import { RULES } from "../../../lib/core/lint/rules/index.js";
import { renderText } from "../../../lib/core/render/text.js";
import { isParsed, loadParser, parseSql } from "../../../lib/core/sql/parse.js";
import { examplePath, lintExample, readExample } from "../../support/rule-example.js";

beforeAll(loadParser);

describe("the rules", () => {
  it("have unique ids and names, in order", () => {
    expect(RULES.map((rule) => rule.id)).toEqual([...new Set(RULES.map((rule) => rule.id))].sort());
    expect(new Set(RULES.map((rule) => rule.slug)).size).toBe(RULES.length);
  });

  it("are all those of the folder", () => {
    const files = readdirSync(new URL("../../../lib/core/lint/rules/", import.meta.url)).filter((name) =>
      /^sg\d/.test(name),
    );
    expect(files.sort()).toEqual(RULES.map((rule) => `${rule.id.toLowerCase()}-${rule.slug}.ts`));
  });
});

describe.each(RULES)("$id $slug", (rule) => {
  const example = readExample(rule.id);

  it("has a bad and a good file", () => {
    expect(example.bad.length * example.good.length).toBeGreaterThan(0);
  });

  it("finds the bad file, and says it so", async () => {
    const findings = (await lintExample(example, example.bad, "bad.sql")).filter((finding) => finding.code === rule.id);
    expect(findings.length).toBeGreaterThan(0);
    const lines = example.bad.split("\n");
    const text = renderText(findings, (_, line) => lines[line - 1]);
    await expect(text).toMatchFileSnapshot(examplePath(rule.id, "finding.txt"));
  });

  it("has nothing but notes for the good file", async () => {
    const findings = await lintExample(example, example.good, "good.sql");
    expect(findings.filter((finding) => finding.code === rule.id || finding.severity !== "note")).toEqual([]);
  });

  it("offers no rewrite that it would find again", async () => {
    const fixes = (await lintExample(example, example.bad, "bad.sql")).flatMap((finding) =>
      finding.code === rule.id && finding.fix ? [finding.fix] : [],
    );
    if (fixes.length === 0) return;
    const fixed = applyFixes(example.bad, fixes);
    expect(fixed).not.toBe(example.bad);
    expect(parseSql(fixed, "bad.sql").statements.every(isParsed)).toBe(true);
    const again = await lintExample(example, fixed, "bad.sql");
    expect(again.filter((finding) => finding.code === rule.id)).toEqual([]);
    await expect(fixed).toMatchFileSnapshot(examplePath(rule.id, "fixed.sql"));
  });

  it("has a page that is up to date", () => {
    const file = (name: string) => {
      const path = examplePath(rule.id, name);
      return existsSync(path) ? readFileSync(path, "utf8") : null;
    };
    const files = { ...example, finding: file("finding.txt") ?? "", fixed: file("fixed.sql") };
    const path = new URL(`../../../docs/rules/${rule.id}.md`, import.meta.url);
    const page = existsSync(path) ? readFileSync(path, "utf8") : null;
    expect(page, "npm run build && node scripts/rule-docs.mjs").toBe(rulePage(rule, files));
  });
});
