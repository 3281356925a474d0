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
  const lines = [...text.matchAll(/schema-gate@[\d.]+ ([^\n]+)/g)].map((match) => match[1] ?? "");

  it("is YAML", () => {
    expect(Object.keys(parse(text)).length).toBeGreaterThan(3);
  });

  it.each(lines)("uses the program as it is: %s", async (line) => {
    expect(await usageProblem(wordsOf(line))).toBeNull();
  });
});

describe("the versions that the examples for AWS name", () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const manifest = JSON.parse(read("package.json")) as {
    readonly version: string;
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const versions: Readonly<Record<string, string>> = { ...manifest.devDependencies, "schema-gate": manifest.version };

  it.each(["cdk/README.md", "codepipeline/README.md"])("are exact in %s, and those that are tested here", (page) => {
    const named = [...read(`examples/${page}`).matchAll(/ ([\w-]+)@([\d.]+)/g)].map(([, name = "", at = ""]) => [
      name,
      at,
    ]);
    expect(named.map(([name]) => name)).toEqual(["schema-gate", "aws-cdk-lib", "constructs", "aws-cdk", "tsx"]);
    // tsx only runs the example's files: examples/from-the-package.test.ts runs them with it.
    for (const [name = "", at] of named) if (name !== "tsx") expect([name, at]).toEqual([name, versions[name]]);
  });

  it("is the stack's own where a workflow packs a release, since a stack refuses packs of others", () => {
    const named = [...read("examples/github-actions/schema-gate-aws.yml").matchAll(/schema-gate@([\d.]+)/g)];
    expect(named.map(([, at]) => at)).toEqual([manifest.version, manifest.version]);
  });
});
