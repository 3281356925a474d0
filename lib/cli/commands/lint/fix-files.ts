import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { applyFixes } from "../../../core/lint/apply-fixes.js";
import { plural } from "../../../core/plural.js";
import { isParsed, parseSql } from "../../../core/sql/parse.js";
import { UnfinishedError } from "../../command.js";
import type { Io } from "../../io.js";

import type { LintedFiles } from "./lint-groups.js";

/** One rewrite may make room for another; more rounds than this would mean that two rules undo each other. */
const ROUNDS = 5;

/** Writes every mechanical rewrite, and lints again until none is left. */
export async function writeFixes(io: Io, first: LintedFiles, again: () => Promise<LintedFiles>) {
  let linted = first;
  const written = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const changed = await writeRound(io, linted);
    if (changed.length === 0) break;
    for (const file of changed) written.add(file);
    linted = await again();
  }
  const before = first.findings.filter((finding) => finding.fix).length;
  return { linted, summary: `Rewrote ${plural(before, "statement")} in ${plural(written.size, "file")}.` };
}

async function writeRound(io: Io, linted: LintedFiles): Promise<string[]> {
  const changed: string[] = [];
  for (const [file, text] of linted.texts) {
    const fixes = linted.findings.flatMap(({ fix, source }) => (fix && source?.file === file ? [fix] : []));
    const fixed = fixes.length > 0 ? applyFixes(text, fixes) : text;
    if (fixed === text) continue;
    if (!parseSql(fixed, file).statements.every(isParsed) && parseSql(text, file).statements.every(isParsed)) {
      throw new UnfinishedError(`The rewrite of ${file} does not parse, so nothing was written to it.`);
    }
    await writeFile(resolve(io.cwd, file), fixed);
    changed.push(file);
  }
  return changed;
}
