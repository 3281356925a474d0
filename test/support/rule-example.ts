import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Circumstances } from "../../lib/core/lint/known/known.js";
import { type LintFinding, lintRelease } from "../../lib/core/lint/lint-release.js";
import type { LintScript } from "../../lib/core/lint/lint-statement.js";
import { lintScript } from "./lint-text.js";

const FOLDER = fileURLToPath(new URL("../core/rules/examples/", import.meta.url));

export interface RuleExample {
  /** Existing schema; history to lint. */
  readonly before: string;
  readonly bad: string;
  readonly good: string;
  readonly options: Partial<Circumstances> & { readonly transaction?: LintScript["transaction"] };
}

export function examplePath(id: string, name: string): string {
  return `${FOLDER}${id}/${name}`;
}

export function readExample(id: string): RuleExample {
  const text = (name: string) => (existsSync(examplePath(id, name)) ? readFileSync(examplePath(id, name), "utf8") : "");
  return {
    before: text("before.sql"),
    bad: text("bad.sql"),
    good: text("good.sql"),
    options: JSON.parse(text("options.json") || "{}") as RuleExample["options"],
  };
}

/** Lints one file of an example as a bare file that comes after what stands before. */
export async function lintExample(example: RuleExample, text: string, file: string): Promise<readonly LintFinding[]> {
  const { transaction = "unknown", ...circumstances } = example.options;
  return lintRelease({
    scripts: [lintScript(example.before, "before.sql", { history: true }), lintScript(text, file, { transaction })],
    today: "2026-01-01",
    circumstances: { together: false, lockTimeoutSet: false, opaqueReported: false, ...circumstances },
  });
}
