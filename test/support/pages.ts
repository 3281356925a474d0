import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../lib/adapters/local/package-root.js";

export interface Shown {
  readonly line: string;
  /** In prose, where a command may be named without its arguments. */
  readonly prose: boolean;
}

/** Every Markdown page for people: docs, skills and the root's. */
export const PAGES: readonly string[] = ["docs", "skills", "."].flatMap((folder) =>
  readdirSync(join(packageRoot(), folder), { recursive: folder !== ".", encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name)),
);

export function readPage(page: string): string {
  return readFileSync(join(packageRoot(), page), "utf8");
}

/** Every command line of the program in a page: in code blocks, indented or fenced, and in code spans. */
export function commandLines(page: string): readonly Shown[] {
  const text = readPage(page);
  const blocks = [...text.matchAll(/^(?: {4}|\$ )?(?:npx )?schema-gate ([a-z-][^\n]*)$/gm)];
  const spans = [...text.matchAll(/`(?:npx )?schema-gate ([a-z-][^`\n]*)`/g)];
  return [
    ...blocks.map((match) => ({ line: command(match[1] ?? ""), prose: false })),
    ...spans.map((match) => ({ line: command(match[1] ?? ""), prose: true })),
  ];
}

/** Prose behind a command in an indented block stands two blanks away. */
function command(line: string): string {
  return (line.split(/ {2,}/)[0] ?? "").replace(/[…).,;:]+$/, "");
}
