import type { Finding } from "../finding.js";
import type { TransactionMode } from "./release.js";
import type { SourceFile } from "./source-file.js";

/**
 * How a framework sends a script: in one transaction, each statement separately, as one query, which is not a transaction block when it contains one
 * statement, or outside a transaction when each of its statements refuses one.
 */
export type Sending = TransactionMode | "one query" | "as it must";

/** The part of a file that contains one script, in UTF-16 units; the whole file when there are no bounds. */
export interface ScriptSource {
  readonly file: SourceFile;
  readonly start?: number;
  readonly end?: number;
  readonly transaction: Sending;
  /** For Rust: the function that contains the script. Absent for SQL. */
  readonly rust?: RustEntry;
}

/** Where the code of a script begins. */
export interface RustEntry {
  readonly style: "sea-orm" | "barrel" | "gate";
  readonly function: string;
  /** The type whose method it is; null for a function of the file. */
  readonly type: string | null;
}

/** One migration as its files describe it, before its statements are read. */
export interface MigrationSource {
  readonly version: string;
  readonly name: string;
  readonly up: ScriptSource;
  readonly down: ScriptSource | null;
  /** Rust code that runs this migration's SQL and says how. */
  readonly driver?: SourceFile;
  /** The checksum that the framework stores; null when it does not store one, or when it cannot be known. */
  readonly checksum: string | null;
  /** What it would store for the same text with different line ends or a byte order mark; ours when it stores none. */
  readonly variants?: readonly string[];
}

export interface ConventionReading {
  readonly migrations: readonly MigrationSource[];
  readonly findings: readonly Finding[];
  /** Files that belong to it without being migrations. */
  readonly context: readonly SourceFile[];
}

/** One migration to be written the way the framework reads it. Texts are SQL, without marks. */
export interface NewMigration {
  /** As in the path, such as `0007` or `2024-01-15-120000`. */
  readonly version: string;
  readonly name: string;
  readonly up: string;
  readonly down: string | null;
  readonly transaction: TransactionMode;
}

/** The migration that others are written to replace. */
export interface Like {
  /** Its way up's path. */
  readonly path: string;
  /** Whether it has a way back, in a separate file or in a part of this one. */
  readonly hasDown: boolean;
}

/** A file by its path from the release's folder. */
export interface WrittenFile {
  readonly path: string;
  readonly text: string;
}

/** How one framework names, orders and cuts its migration files. The contract of every file in this folder. */
export interface Convention {
  readonly id: string;
  /** The signs of it in these files; empty when there are none. */
  signs(files: readonly SourceFile[]): readonly Sign[];
  read(files: readonly SourceFile[]): ConventionReading;
  /** Order of two versions; 0 for two spellings of one. */
  compare(a: string, b: string): number;
  /** One spelling for all that the framework treats as the same version; absent when the text is the version. */
  canonical?(version: string): string;
  /**
   * The files of a migration, named like those of `like`; null when the framework has no form for it, as for work outside a transaction. Absent when
   * more than the files themselves would have to be written.
   */
  write?(migration: NewMigration, like: Like): readonly WrittenFile[] | null;
}

/** How much a sign means: a mark that only one framework leaves, a manifest that names it, names as it gives them. */
export type SignKind = "mark" | "manifest" | "names";

/** One reason to read a folder as a convention. */
export interface Sign {
  readonly kind: SignKind;
  /** A noun phrase for people: "`-- +goose Up` in 3 files". */
  readonly text: string;
}

/** A sign when at least one of the files has it; names the first. */
export function signOf(kind: SignKind, what: string, files: readonly SourceFile[]): readonly Sign[] {
  const [first] = files;
  if (!first) return [];
  const others =
    files.length === 1 ? "" : files.length === 2 ? " and one file more" : ` and ${files.length - 1} files more`;
  return [{ kind, text: `${what} in ${first.path}${others}` }];
}

/** A sign when a manifest next to the release names a dependency. */
export function manifestSign(files: readonly SourceFile[], manifest: RegExp, dependency: RegExp): readonly Sign[] {
  const found = files.find((file) => manifest.test(file.name) && dependency.test(file.text));
  const name = found ? (dependency.exec(found.text)?.[0].trim() ?? "") : "";
  return found ? [{ kind: "manifest", text: `${name.replace(/^["'\s[]+|["'\s\]=:]+$/g, "")} in ${found.path}` }] : [];
}

/** Files that may hold migrations: those of the folder itself. */
export function inFolder(files: readonly SourceFile[]): readonly SourceFile[] {
  return files.filter((file) => !file.path.startsWith("../"));
}
