import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { usageProblem, wordsOf } from "../support/command-line.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = ["docs", "skills", "."].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: folder !== ".", encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name)),
);

interface Shown {
  readonly line: string;
  /** In prose, where a command may be named without its arguments. */
  readonly prose: boolean;
}

/** Every command line of the program in a page: in code blocks, indented or fenced, and in code spans. */
function commandLines(text: string): readonly Shown[] {
  const blocks = [...text.matchAll(/^(?: {4}|\$ )?(?:npx )?schema-gate ([a-z-][^\n]*)$/gm)];
  const spans = [...text.matchAll(/`(?:npx )?schema-gate ([a-z-][^`\n]*)`/g)];
  return [
    ...blocks.map((match) => ({ line: match[1] ?? "", prose: false })),
    ...spans.map((match) => ({ line: match[1] ?? "", prose: true })),
  ];
}

/** Prose behind a command in an indented block stands two blanks away. */
const command = (line: string) => (line.split(/ {2,}/)[0] ?? "").replace(/[…).,;:]+$/, "");

const read = (page: string) => readFileSync(join(root, page), "utf8");

describe.each(pages)("%s", (page) => {
  it("shows only command lines that the program takes", async () => {
    const problems: string[] = [];
    for (const { line, prose } of commandLines(read(page))) {
      const problem = await usageProblem(wordsOf(command(line)));
      if (problem && !(prose && problem.includes("missing required argument"))) problems.push(`${line}: ${problem}`);
    }
    expect(problems).toEqual([]);
  });
});

describe.each(pages)("%s", (page) => {
  it("links only to files that are there", () => {
    const targets = [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map((match) => match[1] ?? "");
    const there = (path: string) =>
      readdirSync(dirname(path), { encoding: "utf8" }).some((name) => join(dirname(path), name) === path);
    expect(targets.filter((target) => !there(join(root, dirname(page), target.replace(/\/$/, ""))))).toEqual([]);
  });
});
