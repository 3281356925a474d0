import type { Finding } from "../finding.js";
import { type Convention, type ConventionReading, inFolder, type MigrationSource } from "../migration/convention.js";
import { releaseFinding } from "../migration/release-finding.js";
import type { SourceFile } from "../migration/source-file.js";
import { CONVENTIONS } from "./conventions/conventions.js";
import { unreadFile } from "./conventions/refusals.js";
import { isNumbered, roleOf } from "./conventions/script-name.js";
import { filesOfOtherTools } from "./other-tools.js";

/** Findings about the folder as a whole: files that no migration uses, empty files, gaps in the numbering. */
export function folderFindings(
  files: readonly SourceFile[],
  convention: Convention,
  { migrations, context, findings: said }: ConventionReading,
): readonly Finding[] {
  const taken = pathsOf(migrations);
  for (const file of context) taken.add(file.path);
  for (const { subject } of said) taken.add(subject.name);
  const left = inFolder(files).filter((file) => !taken.has(file.path));
  return [
    ...leftOver(left, files, convention),
    ...migrations.filter((each) => each.up.file.text.trim() === "").map((each) => empty(each.up.file)),
    ...gaps(migrations),
    ...filesOfOtherTools(files, convention, migrations),
    ...(migrations.length === 0 ? [noMigrations()] : []),
  ];
}

function pathsOf(migrations: readonly MigrationSource[]): Set<string> {
  return new Set(
    migrations.flatMap(({ up, down, driver }) =>
      [up, down, driver && { file: driver }].flatMap((each) => each?.file.path ?? []),
    ),
  );
}

/** Files that the convention does not read: one that another reading could take for a migration or its way back blocks. */
function leftOver(
  left: readonly SourceFile[],
  files: readonly SourceFile[],
  convention: Convention,
): readonly Finding[] {
  const code = left.filter((file) => isSql(file) || isProgram(file));
  if (code.length === 0) return [];
  const claims = claimsOfOthers(files, convention);
  return code.flatMap((file): Finding[] => {
    const owner = claims.get(file.path);
    if (owner !== undefined) return [unreadFile(file, `${convention.id} leaves it out, and ${owner} would run it`)];
    if (isProgram(file))
      return isMigrationProgram(file, convention) ? [unreadFile(file, "only SQL and Rust are read")] : [];
    const role = roleOf(file) ?? (isNumbered(file) ? "a migration" : null);
    return role === null ? [leftOut(file)] : [unreadFile(file, `it looks like ${role}`)];
  });
}

/** Which other convention, of those that some sign points to, would read a file. */
function claimsOfOthers(files: readonly SourceFile[], convention: Convention): ReadonlyMap<string, string> {
  const claims = new Map<string, string>();
  for (const other of CONVENTIONS) {
    if (other.id === convention.id || other.id === "plain" || other.signs(files).length === 0) continue;
    for (const path of pathsOf(other.read(files).migrations)) if (!claims.has(path)) claims.set(path, other.id);
  }
  return claims;
}

function isSql(file: SourceFile): boolean {
  return /\.(sql|psql|pgsql|ddl|migration)$/i.test(file.name);
}

const PROGRAM = /\.(js|mjs|cjs|ts|mts|cts|go|java|kt|py|rb|php|cs|exs?|sh)$/i;

function isProgram(file: SourceFile): boolean {
  return PROGRAM.test(file.name) && !/\.d\.[cm]?ts$/.test(file.name);
}

/** A program named like a migration; node-pg-migrate runs every one in its folder. */
function isMigrationProgram(file: SourceFile, convention: Convention): boolean {
  if (/_test\.go$/.test(file.name)) return false;
  if (/^(m?\d+[._-]|[VUBR]\d[\d._]*__|R__|Version\d+\.)/.test(file.name)) return true;
  if (/(^|\/)versions$/.test(file.folder) && file.name.endsWith(".py")) return true;
  return convention.id === "node-pg-migrate" && file.folder === "" && /\.[cm]?[jt]s$/.test(file.name);
}

function leftOut(file: SourceFile): Finding {
  return releaseFinding({
    code: "release.file-left-out",
    severity: "warning",
    subject: { kind: "file", name: file.path },
    message: `${file.path} does not have the kind of name that this folder's convention requires, so it is not a migration and will not run.`,
    remedy: { text: "Rename the file if it is meant to run, or move it elsewhere." },
    source: { file: file.path, line: 1, column: 1 },
  });
}

function empty(file: SourceFile): Finding {
  return releaseFinding({
    code: "release.file-empty",
    severity: "warning",
    subject: { kind: "file", name: file.path },
    message: `${file.path} is empty: the ledger would record a migration that does nothing.`,
    remedy: { text: "Write the migration, or remove the file." },
    source: { file: file.path, line: 1, column: 1 },
  });
}

function noMigrations(): Finding {
  return releaseFinding({
    code: "release.no-migrations",
    severity: "error",
    unknown: true,
    subject: { kind: "release", name: "migrations" },
    message: "The folder holds no migration.",
    remedy: { text: "Name the folder of the migrations." },
  });
}

/** Versions that count 1, 2, 3 have a gap when a number is left out; versions that are dates have none. */
function gaps(migrations: readonly MigrationSource[]): readonly Finding[] {
  const numbered = migrations.filter((each) => /^\d{1,6}$/.test(each.version));
  if (numbered.length !== migrations.length) return [];
  return numbered.flatMap((each, at): Finding[] => {
    const before = numbered[at - 1];
    if (!before || Number(each.version) <= Number(before.version) + 1) return [];
    return [gap(before, each)];
  });
}

function gap(before: MigrationSource, after: MigrationSource): Finding {
  return releaseFinding({
    code: "release.gap",
    severity: "warning",
    subject: { kind: "file", name: after.up.file.path },
    message: `Between version ${before.version} and ${after.version} a number is left out; a migration may be missing from the folder.`,
    remedy: { text: "Restore the missing file, or renumber." },
    source: { file: after.up.file.path, line: 1, column: 1 },
  });
}
