import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { usageProblem, wordsOf } from "../support/command-line.js";

describe.each([
  "github-actions/schema-gate.yml",
  "github-actions/schema-gate-aws.yml",
  "gitlab/schema-gate.gitlab-ci.yml",
])("examples/%s", (name) => {
  const text = readFileSync(new URL(`../../examples/${name}`, import.meta.url), "utf8");
  const lines = [...text.matchAll(/schema-gate@0 ([^\n]+)/g)].map((match) => match[1] ?? "");

  it("is YAML", () => {
    expect(Object.keys(parse(text)).length).toBeGreaterThan(3);
  });

  it.each(lines)("uses the program as it is: %s", async (line) => {
    expect(await usageProblem(wordsOf(line))).toBeNull();
  });
});
