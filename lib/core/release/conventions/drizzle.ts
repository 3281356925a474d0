import type { Finding } from "../../finding.js";
import { sha256 } from "../../migration/checksums/sha.js";
import { type Convention, type ConventionReading, inFolder, manifestSign, signOf } from "../../migration/convention.js";
import { releaseFinding } from "../../migration/release-finding.js";
import type { SourceFile } from "../../migration/source-file.js";
import { type FoundScript, pairScripts } from "./collect.js";
import { compareVersions } from "./order.js";
import { notSupported } from "./refusals.js";

interface JournalEntry {
  readonly when: number;
  readonly tag: string;
}

/**
 * Drizzle: `meta/_journal.json` lists the files; a migration's version in the ledger is the journal's `when`, and its
 * checksum SHA-256 over the file. Source: drizzle-orm `migrator.ts`.
 */
export const drizzle: Convention = {
  id: "drizzle",
  signs(files) {
    const own = inFolder(files);
    const marks = [
      ...signOf("mark", "the journal", own.filter(isJournal)),
      ...signOf("mark", "`migration.sql` next to a snapshot", snapshotFolders(own)),
    ];
    return marks.length === 0 ? [] : [...marks, ...manifestSign(files, /^package\.json$/, /"drizzle-(?:orm|kit)"/)];
  },
  compare: compareVersions,
  read(files) {
    const own = inFolder(files);
    const journal = own.find(isJournal);
    const folders = snapshotFolders(own);
    if (!journal && folders.length > 0) {
      const why = "it lies in a folder of drizzle-kit 1.0, whose ledger is not known here";
      return { migrations: [], findings: folders.map((file) => notSupported(file, why)), context: [] };
    }
    const entries = journal ? entriesOf(journal) : null;
    if (!journal || !entries) return unreadable(journal?.path ?? "meta/_journal.json");
    const findings: Finding[] = [];
    const folder = journal.folder.replace(/\/?meta$/, "");
    const byPath = new Map(own.map((file) => [file.path, file]));
    const found = entries.flatMap((entry): FoundScript[] => {
      const path = folder === "" ? `${entry.tag}.sql` : `${folder}/${entry.tag}.sql`;
      const file = byPath.get(path);
      if (!file) findings.push(missing(journal.path, path));
      if (!file) return [];
      const name = entry.tag.replace(/^\d+_/, "");
      return [{ version: String(entry.when), name, direction: "up", script: { file, transaction: "single" } }];
    });
    const paired = pairScripts(found, (up) => sha256(up.file.bytes));
    return { ...paired, findings: [...paired.findings, ...findings], context: [] };
  },
};

/** Scripts of drizzle-kit's folders since 1.0: `NAME/migration.sql` next to `NAME/snapshot.json`. */
export function snapshotFolders(files: readonly SourceFile[]): readonly SourceFile[] {
  const snapshots = new Set(files.filter((file) => file.name === "snapshot.json").map((file) => file.folder));
  return files.filter((file) => file.name === "migration.sql" && file.folder !== "" && snapshots.has(file.folder));
}

function isJournal(file: SourceFile): boolean {
  return file.name === "_journal.json" && /(^|\/)meta$/.test(file.folder);
}

function entriesOf(journal: SourceFile): readonly JournalEntry[] | null {
  try {
    const parsed = JSON.parse(journal.text) as { entries?: readonly Partial<JournalEntry>[] };
    const entries = (parsed.entries ?? []).flatMap((entry) =>
      typeof entry.when === "number" && typeof entry.tag === "string" ? [{ when: entry.when, tag: entry.tag }] : [],
    );
    return entries.length === parsed.entries?.length ? entries : null;
  } catch {
    return null;
  }
}

function unreadable(path: string): ConventionReading {
  const finding = releaseFinding({
    code: "release.journal-unreadable",
    severity: "error",
    unknown: true,
    subject: { kind: "file", name: path },
    message: `${path} is not a journal that Drizzle would read: it needs a list "entries" with "when" and "tag".`,
    remedy: { text: "Restore the journal.", command: `git checkout -- ${path}` },
    source: { file: path, line: 1, column: 1 },
  });
  return { migrations: [], findings: [finding], context: [] };
}

function missing(journal: string, path: string): Finding {
  return releaseFinding({
    code: "release.file-missing",
    severity: "error",
    unknown: true,
    subject: { kind: "file", name: path },
    message: `${journal} lists ${path}, which is not there.`,
    remedy: { text: "Restore the file, or take its entry out of the journal." },
    source: { file: journal, line: 1, column: 1 },
  });
}
