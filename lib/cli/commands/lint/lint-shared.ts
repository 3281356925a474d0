import { availableParallelism } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../../adapters/local/package-root.js";
import type { Rule } from "../../../core/lint/rules/rule.js";
import { UnfinishedError } from "../../command.js";
import { BUILD } from "./build-id.js";
import { inThread } from "./in-thread.js";
import { type FilesToLint, type LintedPart, lintFiles } from "./lint-files.js";

/** Characters that are worth a thread: it loads and warms up for about as long as it lints these. */
const PART = 1 << 19;
/** More threads than this gain little: each loads the rules and compiles the parser. */
const MOST_THREADS = 4;

/**
 * Lints files that are separate releases, in several threads if there is enough to do. Rules of the project's own are code that may keep something from
 * one file to the next, so with them there is one thread. Throws `UnfinishedError` if a thread ends without having said what it found.
 */
export async function lintShared(
  input: Omit<FilesToLint, "begun">,
  customRules: readonly Rule[],
): Promise<readonly LintedPart[]> {
  const shared = { ...input, begun: new SharedArrayBuffer(4) };
  const others = customRules.length > 0 ? 0 : threadsFor(input) - 1;
  const program = join(packageRoot(), "dist", "bin", "lint-worker.js");
  const parts = await Promise.all([
    ...Array.from({ length: others }, () => inThread<LintedPart>(program, shared)),
    lintFiles(shared, customRules),
  ]);
  const linted = parts.reduce((sum, { files }) => sum + files, 0);
  if (linted !== input.files.length)
    throw new UnfinishedError(
      `Of ${input.files.length} files, ${linted} were linted, so what the others do is not known.`,
    );
  return parts;
}

function threadsFor({ files }: Pick<FilesToLint, "files">): number {
  if (BUILD === null) return 1;
  const characters = files.reduce((sum, { text }) => sum + text.length, 0);
  return Math.min(MOST_THREADS, availableParallelism(), Math.max(1, Math.floor(characters / PART)));
}
