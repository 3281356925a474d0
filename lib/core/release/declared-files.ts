import type { Finding } from "../finding.js";
import { releaseFinding } from "../migration/release-finding.js";
import type { SourceFile } from "../migration/source-file.js";

/** Files of the folder about which the config says something, with the reason. */
export interface DeclaredFiles {
  /** A path relative to the folder; `*` matches any text within a name, `**` any folders. */
  readonly files: string;
  readonly reason: string;
}

/** The entry that names each file, the first one if there are several, and the entries that name none. */
export function matchDeclared(
  files: readonly SourceFile[],
  declared: readonly DeclaredFiles[],
): { readonly by: ReadonlyMap<SourceFile, DeclaredFiles>; readonly unused: readonly DeclaredFiles[] } {
  const patterns = declared.map((entry) => ({ entry, pattern: patternOf(entry.files) }));
  const by = new Map(
    files.flatMap((file) => {
      const found = patterns.find(({ pattern }) => pattern.test(file.path));
      return found ? [[file, found.entry] as const] : [];
    }),
  );
  const used = new Set(by.values());
  return { by, unused: declared.filter((entry) => !used.has(entry)) };
}

/** The files without those that the config excludes; each excluded file is noted, and an entry that excludes none is refused. */
export function withoutDeclared(
  files: readonly SourceFile[],
  declared: readonly DeclaredFiles[],
): { readonly files: readonly SourceFile[]; readonly findings: readonly Finding[] } {
  const { by, unused } = matchDeclared(files, declared);
  return {
    files: files.filter((file) => !by.has(file)),
    findings: [
      ...[...by].map(([file, { reason }]) => takenOut(file, reason)),
      ...unused.map((each) => matchesNothing(each.files)),
    ],
  };
}

function patternOf(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\?]/g, "\\$&");
  const body = escaped.replace(/\*\*\/|\*\*|\*/g, (star) =>
    star === "**/" ? "(?:.*/)?" : star === "**" ? ".*" : "[^/]*",
  );
  return new RegExp(`^${body}$`);
}

function takenOut(file: SourceFile, reason: string): Finding {
  return releaseFinding({
    code: "release.not-a-migration",
    severity: "note",
    subject: { kind: "file", name: file.path },
    message: `The config says that ${file.path} is not a migration: ${reason}.`,
    source: { file: file.path, line: 1, column: 1 },
  });
}

function matchesNothing(files: string): Finding {
  return releaseFinding({
    code: "release.not-a-migration-unused",
    severity: "warning",
    subject: { kind: "file", name: files },
    message: `\`notMigrations\` in the config names ${files}, and the folder has no such file.`,
    remedy: { text: "Correct the entry, or remove it." },
  });
}
