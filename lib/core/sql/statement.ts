import type { Node } from "libpg-query";
import type { SourceSpan } from "../finding.js";

/** One SQL statement of a migration, as written. Plain data: it is stored in artifacts, and its tree is made once per process (`KnownTrees`). */
export interface Statement {
  /** 0-based within its script. */
  readonly index: number;
  /** Without the final semicolon and without surrounding white space or comments. */
  readonly sql: string;
  readonly source: SourceSpan;
}

/** A statement with the tree that PostgreSQL's own parser made of it. */
export interface ParsedStatement extends Statement {
  readonly node: Node;
  /** Where `sql` began in the parsed text, in bytes; a `location` within `node` counts from the start of that text. */
  readonly base: number;
}

/** A part of a script that the parser refused. It is never skipped: it becomes an opaque operation. */
export interface UnparsedStatement extends Statement {
  readonly error: string;
  /** The place within `sql` that the parser points at, in UTF-16 units; 0 when it names none. */
  readonly errorAt: number;
}
