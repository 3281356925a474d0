import type { Finding } from "../finding.js";
import { inFolder, type MigrationSource } from "../migration/convention.js";
import { releaseFinding } from "../migration/release-finding.js";
import type { SourceFile } from "../migration/source-file.js";

/** What the folder as a whole has to say: files that no migration takes up, empty ones, holes in the numbering. */
export function folderFindings(
  files: readonly SourceFile[],
  migrations: readonly MigrationSource[],
  context: readonly SourceFile[],
  /** What the convention has already said of its files. */
  said: readonly Finding[],
): readonly Finding[] {
  const taken = new Set(migrations.flatMap((each) => [each.up.file.path, each.down?.file.path, each.driver?.path]));
  for (const file of context) taken.add(file.path);
  for (const { subject } of said) taken.add(subject.name);
  return [
    ...inFolder(files)
      .filter((file) => isCode(file) && !taken.has(file.path))
      .map(leftOut),
    ...migrations.filter((each) => each.up.file.text.trim() === "").map((each) => empty(each.up.file)),
    ...gaps(migrations),
    ...(migrations.length === 0 ? [noMigrations()] : []),
  ];
}

function isCode(file: SourceFile): boolean {
  return file.name.endsWith(".sql");
}

function leftOut(file: SourceFile): Finding {
  return releaseFinding({
    code: "release.file-left-out",
    severity: "warning",
    subject: { kind: "file", name: file.path },
    message: `${file.path} is not named as the convention of this folder wants it, so it is no migration and will not run.`,
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

/** A version that counts 1, 2, 3 has a gap when a number is left out; versions that are dates have none. */
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
