import type { Phase } from "../migration/plan-step.js";
import type { TransactionMode } from "../migration/release.js";
import type { Statement } from "../sql/statement.js";

/** One migration of a plan. */
export interface RewriteStep {
  readonly phase: Phase;
  /** Words for the file's name: `validate`. */
  readonly slug: string;
  readonly statements: readonly string[];
  readonly transaction: TransactionMode;
  /** The comment above the statement that must run in batches; null when there is none. */
  readonly backfill: string | null;
  /** What must hold before a contract step may run, as a clause; null for the others. */
  readonly condition: string | null;
}

/** One statement that a kind of rewriting replaced. */
export interface RewrittenStatement {
  /** Id of the kind. */
  readonly kind: string;
  readonly title: string;
  readonly statement: Statement;
}

/** An UPDATE or DELETE that has a step for itself but cannot be cut into batches: what it writes stays locked until it ends. */
export interface WholeStatement {
  readonly statement: Statement;
  /** A full sentence without the final full stop. */
  readonly reason: string;
}

/** The statements of one migration as steps that hold no lock for long. Plain data. */
export interface RewritePlan {
  readonly steps: readonly RewriteStep[];
  readonly rewritten: readonly RewrittenStatement[];
  readonly whole: readonly WholeStatement[];
}
