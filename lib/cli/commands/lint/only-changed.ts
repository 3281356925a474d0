import { realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { changedSince, GitChangesError } from "../../../adapters/local/git-changes.js";
import { UsageError } from "../../../api/usage-error.js";
import type { LintedFiles } from "./lint-groups.js";

/**
 * What was found in the files that changed since `ref`. All files are read, since those before tell what a statement meets. A finding
 * without a file, such as a folder that cannot be read as any framework's, always stays.
 */
export function onlyChanged(linted: LintedFiles, ref: string, cwd: string): LintedFiles {
  const changed = changedPaths(ref, cwd);
  const isChanged = (file: string) => changed.has(real(resolve(cwd, file)));
  return {
    ...linted,
    findings: linted.findings.filter(({ source }) => source === undefined || isChanged(source.file)),
    texts: new Map([...linted.texts].filter(([file]) => isChanged(file))),
    since: { ref, files: linted.texts.size },
  };
}

function changedPaths(ref: string, cwd: string): ReadonlySet<string> {
  try {
    return changedSince(ref, cwd);
  } catch (error) {
    if (error instanceof GitChangesError) throw new UsageError(`${error.message}.`, error.hint);
    throw error;
  }
}

/** Git names files without links in their folders. */
function real(path: string): string {
  try {
    return join(realpathSync(dirname(path)), path.slice(dirname(path).length));
  } catch {
    return path;
  }
}
