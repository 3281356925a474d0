import type { Finding } from "../finding.js";
import { releaseFinding } from "../migration/release-finding.js";
import type { SourceFile } from "../migration/source-file.js";

/** Files of the folder that the config says are not migrations, with the reason. */
export interface DeclaredFiles {
  /** A path relative to the folder; `*` matches any text within a name, `**` any folders. */
  readonly files: string;
  readonly reason: string;
}

/** The files without those that the config excludes; each excluded file is noted, and an entry that excludes none is refused. */
export function withoutDeclared(
  files: readonly SourceFile[],
  declared: readonly DeclaredFiles[],
): { readonly files: readonly SourceFile[]; readonly findings: readonly Finding[] } {
  const patterns = declared.map((each) => ({ ...each, pattern: patternOf(each.files) }));
  const found = files.map((file) => ({ file, by: patterns.find(({ pattern }) => pattern.test(file.path)) }));
  const used = new Set(found.map(({ by }) => by));
  return {
    files: found.filter(({ by }) => !by).map(({ file }) => file),
    findings: [
      ...found.flatMap(({ file, by }) => (by ? [takenOut(file, by.reason)] : [])),
      ...patterns.filter((each) => !used.has(each)).map((each) => matchesNothing(each.files)),
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
