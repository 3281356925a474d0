import type { Finding } from "../../finding.js";
import { releaseFinding } from "../../migration/release-finding.js";
import type { SourceFile } from "../../migration/source-file.js";

/** A file that is not read although it may matter: it blocks until the config says that it is not a migration. */
export function unreadFile(file: SourceFile, why: string, line = 1): Finding {
  return releaseFinding({
    code: "release.file-unread",
    severity: "error",
    unknown: true,
    subject: { kind: "file", name: file.path },
    message: `${file.path} is not read as a migration: ${why}.`,
    remedy: {
      text: `Rename or move the file, or say in the config what it is: \`notMigrations: [{files: ${JSON.stringify(file.path)}, reason: …}]\`.`,
    },
    source: { file: file.path, line, column: 1 },
  });
}

/** A file that the framework itself refuses, or reads in a way that nobody would expect. */
export function refusedByFramework(file: SourceFile, framework: string, why: string, line = 1): Finding {
  return releaseFinding({
    code: "release.framework-refuses",
    severity: "error",
    unknown: true,
    subject: { kind: "file", name: file.path },
    message: `${framework} refuses ${file.path}: ${why}.`,
    remedy: { text: "Write the file as the framework requires." },
    source: { file: file.path, line, column: 1 },
  });
}

/** A file with a meaning that is not supported here. */
export function notSupported(file: SourceFile, why: string, line = 1): Finding {
  return releaseFinding({
    code: "release.not-supported",
    severity: "error",
    unknown: true,
    subject: { kind: "file", name: file.path },
    message: `${file.path} is not read: ${why}.`,
    remedy: { text: "Turn it into a migration with its final text, or name another folder." },
    source: { file: file.path, line, column: 1 },
  });
}

/** A way back that the framework refuses: one fewer to choose from, which does not affect the way up. */
export function downUnusable(file: SourceFile, framework: string, why: string, line = 1): Finding {
  return releaseFinding({
    code: "release.down-unusable",
    severity: "warning",
    subject: { kind: "file", name: file.path },
    message: `${framework} refuses the down migration in ${file.path}: ${why}. It is not used.`,
    remedy: { text: "Write it as the framework requires, or let the rollback be generated." },
    source: { file: file.path, line, column: 1 },
  });
}
