import type { RangeVar } from "libpg-query";
import type { Remedy, Severity, Subject } from "../../finding.js";
import type { LockMode } from "../../postgres/lock-modes.js";
import { type MajorRange, OLDEST_MAJOR } from "../../postgres/majors.js";
import type { StatementKind } from "../../sql/tree.js";
import type { Circumstances, Known } from "../known/known.js";
import type { LintStatement } from "../lint-statement.js";

/** What the server does to the table while the lock is held. */
export type Work = "none" | "scan" | "build" | "rewrite" | "delete";

/** A rule as data; its page in docs/rules is generated from this. */
export interface RuleMeta {
  /** Stable: `SG010`. Its meaning never changes, and a retired id is not used again. */
  readonly id: string;
  /** kebab-case, unique. */
  readonly slug: string;
  readonly title: string;
  /** When it fires. */
  readonly condition: string;
  /** What happens then. */
  readonly effect: string;
  /** What to write instead. */
  readonly workaround: string;
  /** The strongest lock that the statement takes on an existing table; null when none matters. */
  readonly lock: LockMode | null;
  readonly work: Work;
  /** Major versions of PostgreSQL on which it holds: those to come too, where nothing is known to end it. */
  readonly versions: MajorRange;
  /** For a table of unknown size. */
  readonly severity: Severity;
  /** The cost grows with the table: a small one lowers the severity, and a table created in the same release is not reported. */
  readonly sized: boolean;
  /**
   * It says that the server refuses a statement, so it is silent where that statement may not run, or where something unseen may have changed the
   * schema.
   */
  readonly refuses?: true;
}

/** What a rule has to say about one statement. */
export interface Report {
  readonly statement: LintStatement;
  /** Byte offset of the token to underline, as the parser gives it; the whole statement when absent. */
  readonly location?: number | undefined;
  readonly subject: Subject;
  /** The table whose size decides, for a sized rule. */
  readonly table?: RangeVar | undefined;
  readonly message: string;
  readonly remedy: Remedy;
  /** Where it differs from the rule's own. */
  readonly severity?: Severity;
  readonly unknown?: boolean;
  /** Statements that replace this one, when the rewrite is mechanical and leads to the same catalog. */
  readonly fix?: readonly string[];
}

/** The contract of every file in this folder, and of a custom rule. */
export interface Rule extends RuleMeta {
  /**
   * Kinds of statement it looks at, as the parser names them; for an ALTER TABLE also the kinds of its commands, and of the constraints that it adds
   * separately or with a column. Empty for every kind.
   */
  readonly nodes: readonly StatementKind[];
  /** Whether it has anything to say under these circumstances; absent: always. */
  when?(circumstances: Circumstances): boolean;
  /** Called for each of these statements in order; `known` is the state just before it. */
  check?(statement: LintStatement, known: Known): Iterable<Report>;
  /** Called once after the last statement. */
  finish?(known: Known): Iterable<Report>;
}

export const ALL_VERSIONS: MajorRange = { from: OLDEST_MAJOR, to: null };

/** `app.users`, as a person would write it. */
export function tableName(table: RangeVar): string {
  return table.schemaname ? `${table.schemaname}.${table.relname ?? ""}` : (table.relname ?? "");
}
