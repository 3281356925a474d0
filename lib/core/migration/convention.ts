import type { Finding } from "../finding.js";
import type { TransactionMode } from "./release.js";
import type { SourceFile } from "./source-file.js";

/** A stretch of a file that holds one script, in UTF-16 units; the whole file when there are no bounds. */
export interface ScriptSource {
  readonly file: SourceFile;
  readonly start?: number;
  readonly end?: number;
  readonly transaction: TransactionMode;
  /** For Rust: the function that holds the script. Absent for SQL. */
  readonly rust?: RustEntry;
}

/** Where the code of a script begins. */
export interface RustEntry {
  readonly style: "sea-orm" | "barrel" | "gate";
  readonly function: string;
  /** The type whose method it is; null for a function of the file. */
  readonly type: string | null;
}

/** One migration as its files say it, before its statements are read. */
export interface MigrationSource {
  readonly version: string;
  readonly name: string;
  readonly up: ScriptSource;
  readonly down: ScriptSource | null;
  /** Rust code that runs this migration's SQL and says how. */
  readonly driver?: SourceFile;
  /** What the framework stores as checksum; null when it stores none, or when it cannot be known. */
  readonly checksum: string | null;
}

export interface ConventionReading {
  readonly migrations: readonly MigrationSource[];
  readonly findings: readonly Finding[];
  /** Files that are part of it without being migrations. */
  readonly context: readonly SourceFile[];
}

/** How one framework names, orders and cuts its migration files. The contract of every file in this folder. */
export interface Convention {
  readonly id: string;
  /** True when the files bear marks that only this framework leaves. */
  detect(files: readonly SourceFile[]): boolean;
  read(files: readonly SourceFile[]): ConventionReading;
  /** Order of two versions. */
  compare(a: string, b: string): number;
}

/** Files that may hold migrations: those of the folder itself. */
export function inFolder(files: readonly SourceFile[]): readonly SourceFile[] {
  return files.filter((file) => !file.path.startsWith("../"));
}

/** True when a manifest beside the release names a dependency. */
export function dependsOn(files: readonly SourceFile[], manifest: string, dependency: RegExp): boolean {
  return files.some((file) => file.name === manifest && dependency.test(file.text));
}
