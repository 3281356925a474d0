import { realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { GitError } from "../../../adapters/local/git.js";
import { changedSince, GitChangesError } from "../../../adapters/local/git-changes.js";
import { UsageError } from "../../../api/usage-error.js";
import { UnfinishedError } from "../../command.js";
import type { LintedFiles } from "./lint-groups.js";

/**
 * What was found in the files that changed since `ref`. All files are read, since earlier ones tell what a statement operates on. A finding
 * without a file, such as a folder that no framework can read, always stays.
 */
export async function onlyChanged(linted: LintedFiles, ref: string, cwd: string): Promise<LintedFiles> {
  const changed = await changedPaths(ref, cwd);
  const isChanged = (file: string) => isOrIsBelow(real(resolve(cwd, file)), changed);
  return {
    ...linted,
    findings: linted.findings.filter(({ source }) => source === undefined || isChanged(source.file)),
    texts: new Map([...linted.texts].filter(([file]) => isChanged(file))),
    since: { ref, files: linted.texts.size },
  };
}

async function changedPaths(ref: string, cwd: string): Promise<ReadonlySet<string>> {
  try {
    return await changedSince(ref, cwd);
  } catch (error) {
    if (error instanceof GitChangesError) throw new UsageError(`${error.message}.`, error.hint);
    if (error instanceof GitError)
      throw new UnfinishedError(`What changed since ${ref} is not known: ${error.message}`);
    throw error;
  }
}

function isOrIsBelow(path: string, changed: ReadonlySet<string>): boolean {
  for (let at = path; ; at = dirname(at)) {
    if (changed.has(at)) return true;
    if (at === dirname(at)) return false;
  }
}

/** Git names files by paths whose folders are not links. */
function real(path: string): string {
  try {
    return join(realpathSync(dirname(path)), path.slice(dirname(path).length));
  } catch {
    return path;
  }
}
