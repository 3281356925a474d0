import { bareScript } from "../../../core/lint/bare-script.js";
import type { Circumstances } from "../../../core/lint/known/known.js";
import { type JudgedScripts, judgeScripts } from "../../../core/lint/lint-release.js";
import type { LintScript } from "../../../core/lint/lint-statement.js";
import type { Rule } from "../../../core/lint/rules/rule.js";
import type { SourceFile } from "../../../core/migration/source-file.js";
import { loadParser } from "../../../core/sql/parse.js";

/** Files that are separate releases. Plain data, apart from the rules of the project's own. */
export interface FilesToLint {
  readonly files: readonly Pick<SourceFile, "path" | "text">[];
  /** Instead of `unknown`. */
  readonly transaction: LintScript["transaction"] | undefined;
  readonly circumstances: Partial<Circumstances>;
  readonly today: string;
  /** How many of the files somebody has begun, as one 32-bit number: whoever adds to it lints the next. */
  readonly begun: SharedArrayBuffer;
}

/** What one thread has found. Plain data. */
export interface LintedPart extends Pick<JudgedScripts, "found" | "waivers"> {
  readonly files: number;
  readonly statements: number;
}

/** Lints files that nobody has begun, one by one, until there are none. */
export async function lintFiles(input: FilesToLint, customRules: readonly Rule[] = []): Promise<LintedPart> {
  await loadParser();
  const begun = new Int32Array(input.begun);
  let [files, statements] = [0, 0];
  const scripts = function* (): Iterable<LintScript> {
    for (let file = next(input, begun); file; file = next(input, begun)) {
      const script = bareScript(file);
      files += 1;
      statements += script.statements.length;
      yield { ...script, transaction: input.transaction ?? script.transaction };
    }
  };
  const { circumstances, today } = input;
  const { found, waivers } = await judgeScripts({ scripts: scripts(), today, customRules, circumstances });
  return { found, waivers, files, statements };
}

function next({ files }: FilesToLint, begun: Int32Array) {
  return files[Atomics.add(begun, 0, 1)];
}
