import type { CodeAsked } from "../catalog/code-of-others.js";
import type { Subject } from "../finding.js";
import type { Operation } from "../operations/index.js";
import type { Statement } from "../sql/statement.js";
import type { ReleaseState } from "./state/release-state.js";

/** A read-only query derived from the release that counts the rows it would trip over. */
export interface ProbeQuery {
  /** `probe.not-null`, `probe.unique`, `probe.foreign-key`, … */
  readonly code: string;
  readonly subject: Subject;
  readonly statement: Statement;
  /** What a hit means, with the names in it and a plural first: "rows of app.users where quota_limit is NULL". */
  readonly meaning: string;
  /** Returns one row with a column `count` (bigint), and with `keys` (JSON array of texts) where `sample` is null. */
  readonly count: string;
  /** Returns at most five rows with one column `key` (text). Null where one pass over the rows gives count and keys. */
  readonly sample: string | null;
  /** A query that, when run, makes the probe pass; null when only a person can decide. */
  readonly repair: string | null;
  /** Tables that it reads in full, as quoted SQL names, for the estimate beforehand. */
  readonly reads: readonly string[];
  /**
   * Why the count does not tell what the statement will meet: an earlier statement of the release changes these rows in an unpredictable way. A full
   * sentence without the final full stop; the answer is then unknown. Null when the count is what the statement will meet.
   */
  readonly uncertainty: string | null;
  /** It asks about sessions, and a replica only shows its own: the primary must be asked. */
  readonly primary?: true;
  /** Why a count above zero does not prove that the statement fails: the answer is then unknown. A sentence without the final full stop. */
  readonly suspicion?: string;
  /** It asks about what exists already, not about what the release would create. */
  readonly existing?: true;
  /** Names of the functions that its queries call: one that may change data must not be called in advance. */
  readonly calls: readonly string[];
  /** Every name in its queries: the tenant is first asked whose code they would run. */
  readonly names: CodeAsked;
}

/** A probe as its file derives it. */
export type ProbeDraft = Omit<ProbeQuery, "calls" | "names">;

/** What surrounds an operation: the release's tables just before it and just after it. */
export interface Moment {
  readonly before: ReleaseState;
  readonly after: ReleaseState;
}

/** The contract of every file in this folder: one data precondition. */
export interface Probe {
  readonly code: string;
  /** Queries for the operation, or none when it does not have the precondition. */
  derive(operation: Operation, moment: Moment): readonly ProbeDraft[];
}

/** What one probe found in one tenant. `unknown` blocks. */
export type ProbeResult =
  | { readonly status: "pass"; readonly ms: number }
  | {
      readonly status: "hit";
      readonly count: number;
      readonly keys: readonly string[];
      /** The server refused a value during the check, and reported it instead of the key: a repair would meet that value too. */
      readonly byError?: true;
      readonly ms: number;
    }
  | { readonly status: "unknown"; readonly reason: string };
