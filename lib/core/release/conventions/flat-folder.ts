import type { Finding } from "../../finding.js";
import { inFolder } from "../../migration/convention.js";
import { releaseFinding } from "../../migration/release-finding.js";
import type { SourceFile } from "../../migration/source-file.js";

export interface FlatFolder {
  readonly files: readonly SourceFile[];
  readonly findings: readonly Finding[];
}

/**
 * The files of the only folder that a framework without subfolders reads. Files that are named correctly but are elsewhere never run. If several
 * folders are possible, none is chosen.
 */
export function flatFolder(files: readonly SourceFile[], named: (file: SourceFile) => boolean): FlatFolder {
  const found = inFolder(files).filter(named);
  const folders = [...new Set(found.map((file) => file.folder))];
  const depth = (folder: string) => (folder === "" ? 0 : folder.split("/").length);
  const highest = Math.min(...folders.map(depth));
  const roots = folders.filter((folder) => depth(folder) === highest);
  if (roots.length > 1) return { files: [], findings: [severalFolders(roots)] };
  const below = found.filter((file) => file.folder !== roots[0]);
  return { files: found.filter((file) => file.folder === roots[0]), findings: below.map(notLookedInto) };
}

function severalFolders(folders: readonly string[]): Finding {
  return releaseFinding({
    code: "release.folders-several",
    severity: "error",
    unknown: true,
    subject: { kind: "release", name: "migrations" },
    message: `Migrations are in ${folders.join(" and in ")}, and the framework reads one folder; it is unknown which of them a tenant has.`,
    remedy: { text: "Name one of them as `migrations` in the config." },
  });
}

function notLookedInto(file: SourceFile): Finding {
  return releaseFinding({
    code: "release.file-left-out",
    severity: "warning",
    subject: { kind: "file", name: file.path },
    message: `${file.path} is in a subfolder, where the framework does not look, so it will not run.`,
    remedy: { text: "Move the file up if it is meant to run." },
    source: { file: file.path, line: 1, column: 1 },
  });
}
