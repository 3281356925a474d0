import type { Node } from "libpg-query";
import type { TransactionMode } from "../migration/release.js";
import type { ParsedStatement, Statement } from "../sql/statement.js";

/** One file of a release as lint reads it. A release's `Script` fits. */
export interface LintScript {
  readonly file: string;
  /** `unknown`: a bare file whose runner is not known. */
  readonly transaction: TransactionMode | "unknown";
  readonly statements: readonly Statement[];
  /** Indexes of the statements after which the script itself commits and continues. */
  readonly commits?: readonly number[];
  /** The whole text, for the waivers in comments between statements; absent for code that is not SQL. */
  readonly text?: string;
  /** Applied long ago: it tells what exists, and nothing is reported for it. */
  readonly history?: boolean;
}

/** A part of a script that runs in one transaction. */
export interface Transaction {
  /** Unique within the run. */
  readonly id: number;
  /** Opened by BEGIN in the file rather than by the runner. */
  readonly explicit: boolean;
}

/** A parsed statement with its context. */
export interface LintStatement extends ParsedStatement {
  readonly node: Node;
  readonly script: LintScript;
  /** Null when it runs outside a transaction, or when the runner is unknown. */
  readonly transaction: Transaction | null;
  /** True for a statement found in the body of a DO block or a called function. */
  readonly nested: boolean;
  /** True for a statement of a function that the script's own statement calls. */
  readonly called?: boolean;
  /** It may not run: it is in a branch, a loop, or a block that continues after an error. */
  readonly conditional?: boolean;
  /** Its block ignores an object that already exists. */
  readonly unlessThere?: boolean;
}
