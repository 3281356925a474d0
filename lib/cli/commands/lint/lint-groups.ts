import { createHash } from "node:crypto";
import type { LintGroup } from "../../../adapters/local/lint-paths.js";
import { Remembered } from "../../../adapters/local/remembered.js";
import { compareFindings, type Finding } from "../../../core/finding.js";
import type { LintFinding } from "../../../core/lint/lint-release.js";
import type { Rule } from "../../../core/lint/rules/rule.js";
import type { Io } from "../../io.js";
import { BUILD } from "./build-id.js";
import type { LintSettings } from "./lint-config-file.js";
import type { LintedGroup, LintGroupInput } from "./lint-group.js";
import { tuneEngine } from "./tune-engine.js";

export interface LintedFiles {
  readonly findings: readonly (Finding & Pick<LintFinding, "fix">)[];
  /** Text by file, to show lines of it. */
  readonly texts: ReadonlyMap<string, string>;
  readonly statements: number;
  readonly skipped: readonly string[];
  readonly conventions: readonly string[];
  readonly customRules: readonly Rule[];
  /** If only changed files count: since when, and how many files were read. */
  readonly since?: { readonly ref: string; readonly files: number };
}

export interface LintOptions {
  readonly together: boolean;
  /** Use nothing that is remembered. */
  readonly fresh: boolean;
}

/** Lints each group separately, and combines the findings. */
export async function lintGroups(
  io: Pick<Io, "env">,
  groups: readonly LintGroup[],
  settings: LintSettings,
  { together, fresh }: LintOptions,
): Promise<LintedFiles> {
  const today = new Date().toISOString().slice(0, 10);
  // A repository's own rule is code, which may look at anything.
  const memory = BUILD === null || settings.customRules.length > 0 ? null : new Remembered("lint", io.env);
  const inputs = groups.map((group): LintGroupInput => ({ group, settings, together, today }));
  const keys = inputs.map(keyOf);
  const known = keys.map((key) => (fresh ? null : (memory?.get<LintedGroup>(key) ?? null)));
  tuneEngine(groups.filter((_, at) => known[at] === null));
  const linted: LintedGroup[] = [];
  for (const [at, input] of inputs.entries()) {
    const remembered = known[at];
    const found = remembered ?? (await lintNow(input));
    if (!remembered) memory?.keep(keys[at] ?? "", found);
    linted.push(found);
  }
  const texts = groups.flatMap(({ files }) => files.filter(({ path }) => !path.startsWith("../")));
  return {
    findings: linted.flatMap(({ findings }) => findings).sort(compareFindings),
    texts: new Map(texts.map(({ path, text }) => [path, text])),
    statements: linted.reduce((sum, { statements }) => sum + statements, 0),
    skipped: linted.flatMap(({ skipped }) => skipped),
    conventions: [...new Set(linted.flatMap(({ convention }) => convention ?? []))],
    customRules: settings.customRules,
  };
}

/** Loading the parser compiles it, so it is loaded after the engine is tuned, and only if something is to be linted. */
async function lintNow(input: LintGroupInput): Promise<LintedGroup> {
  const { lintGroup } = await import("./lint-group.js");
  return lintGroup(input);
}

/** Everything that a result depends on. Lengths come before what they measure, so that two inputs never run together into one. */
function keyOf({ group, settings, together, today }: LintGroupInput): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([BUILD, process.version, today, settings.config, together, group.folder, group.findings]));
  for (const { path, bytes } of group.files) {
    hash.update(JSON.stringify([path, bytes.length]));
    hash.update(bytes);
  }
  return hash.digest("hex");
}
