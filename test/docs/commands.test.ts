import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { usageProblem, wordsOf } from "../support/command-line.js";
import { commandLines, PAGES, readPage } from "../support/pages.js";

describe.each(PAGES)("%s", (page) => {
  it("shows only command lines that the program takes", async () => {
    const problems: string[] = [];
    for (const { line, prose } of commandLines(page)) {
      const problem = await usageProblem(wordsOf(line));
      if (problem && !(prose && problem.includes("missing required argument"))) problems.push(`${line}: ${problem}`);
    }
    expect(problems).toEqual([]);
  });

  it("links only to files that are there", () => {
    const targets = [...readPage(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map((match) => match[1] ?? "");
    const there = (path: string) =>
      readdirSync(dirname(path), { encoding: "utf8" }).some((name) => join(dirname(path), name) === path);
    expect(targets.filter((target) => !there(join(packageRoot(), dirname(page), target.replace(/\/$/, ""))))).toEqual(
      [],
    );
  });
});
