import type { ColumnRequirement, Contract } from "../contract/contract.js";
import type { Finding, SourceSpan } from "../finding.js";
import type { Statement } from "../sql/statement.js";
import type { BackfillMark } from "./backfill-mark.js";
import type { MigratorCommand } from "./migrator-command.js";

export type IsolationLevel = "read committed" | "repeatable read" | "serializable";

/** Where the statements of a script run: all in one transaction, or each separately. */
export type TransactionMode = "single" | "none";

export interface Script {
  /** Path relative to the release's root. */
  readonly file: string;
  readonly language: "sql" | "rust";
  readonly statements: readonly Statement[];
  readonly transaction: TransactionMode;
  readonly isolation: IsolationLevel;
  /** Indexes of the statements after which the script itself commits and continues. */
  readonly commits?: readonly number[];
  /** SHA-256 of the file's bytes (for several files: of their joined texts). */
  readonly checksum: string;
  /** The statement that must run in batches. */
  readonly backfill?: BackfillMark;
  /** The text, kept only when a comment in it is for us: it waives a lint finding, or asks for a backfill. */
  readonly text?: string;
}

/** One versioned change. */
export interface Migration {
  /** What orders it and what the ledger records, e.g. `20240115`. */
  readonly version: string;
  readonly name: string;
  readonly up: Script;
  /** The author's way back, if there is one. */
  readonly down: Script | null;
  /** The checksum that the framework's ledger keeps; null or absent when it keeps none. */
  readonly frameworkChecksum?: string | null;
  /** Checksums of the same text with different line ends, or with or without a byte order mark. */
  readonly checksumVariants?: readonly string[];
  /** A team's own program that is this migration; its statements are then unknown. */
  readonly migrator?: MigratorCommand;
  /** What the Rust code next to the SQL expects and requests. */
  readonly expects?: Contract;
}

/** A migration that replaces all up to another, whose files are gone. */
export interface Squash {
  /** Version of the migration that replaces them. */
  readonly into: string;
  /** The newest of the versions that it replaces. */
  readonly from: string;
}

/** A piece of the release that was not understood, or that was ignored on request. */
export interface OpaquePiece {
  /** `ignored`: accepted in the config, by its hash, with a reason and an expiry. */
  readonly status: "opaque" | "ignored";
  readonly reason: string;
  readonly text: string;
  /** SHA-256 of `text`; the config accepts a piece by it. */
  readonly hash: string;
  readonly source: SourceSpan;
}

export interface Coverage {
  /** Statements understood. */
  readonly understood: number;
  readonly pieces: readonly OpaquePiece[];
}

/**
 * The migrations of a folder in order, the contract of all of them, and how much of it was understood. For the contract of only the pending ones, see
 * `contractOf`.
 */
export interface Release {
  /** Name of the newest migration: `20240115_add_tenant_quota`. */
  readonly name: string;
  readonly convention: string;
  /** Migrations that replace a history which is no longer in the folder. */
  readonly squashed?: readonly Squash[];
  /** Conventions that name their files the same way; the tenants' ledgers tell them apart. */
  readonly alternatives?: readonly string[];
  /** Why it was read as that convention, and why not as the second best; absent when the convention was given. */
  readonly detection?: readonly string[];
  readonly migrations: readonly Migration[];
  readonly contract: Contract;
  /** The columns that the application's own code names; absent when there is no such code next to the release. */
  readonly application?: readonly ColumnRequirement[];
  readonly coverage: Coverage;
  readonly findings: readonly Finding[];
}
