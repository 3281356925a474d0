import type { CatalogIndex } from "../catalog/lookup.js";
import type { Known } from "../lint/known/known.js";
import type { LintStatement } from "../lint/lint-statement.js";
import type { Phase, PlanStep } from "../migration/plan-step.js";

/**
 * How a statement of a plan runs. `short`: its lock is strong but brief, so it may share a transaction with others on the same table. `long`:
 * separately, since it takes long under a weak lock. `outside`: separately and outside a transaction. `backfill`: in batches.
 */
export type Pace = "short" | "long" | "outside" | "backfill";

/** One statement of a plan, before statements that may share a transaction are combined. */
export interface Move {
  readonly sql: string;
  readonly phase: Phase;
  readonly slug: string;
  /** If absent, the statement itself tells. */
  readonly pace?: Pace;
  /** True for a statement that may be a hazard too, and is rewritten in turn. */
  readonly again?: true;
  /** True for one that waits for its locks no longer than the others, although nothing that it locks was there before the migration. */
  readonly bounded?: true;
  /** True for one that shares the transaction of the move before it, whatever it locks. */
  readonly joins?: true;
  readonly backfill?: string;
  /** Why the statement stays as it is, by itself. Only counts if something else of the migration is rewritten. */
  readonly whole?: string;
  readonly condition?: string;
}

export interface Rewriting {
  readonly moves: readonly Move[];
}

export interface RewriteContext {
  /** What is known just before the statement. */
  readonly known: Known;
  /** The catalog before the migration. */
  readonly before: CatalogIndex;
  /** The migration is one transaction as written. */
  readonly together: boolean;
  /** The step of a plan that the migration is already; null for a migration that is none. */
  readonly step: PlanStep | null;
  /** Major version of the server. */
  readonly major: number;
}

/** The contract of every file in `kinds`. */
export interface RewriteKind {
  /** kebab-case, the file's name. */
  readonly id: string;
  /** What it does instead, for people. */
  readonly title: string;
  /** Lint rules whose hazard it removes: their findings name the command. */
  readonly takesAway: readonly string[];
  /**
   * The statements that lead to the same result without the hazard; null where the statement is not one of its kind, or not a hazard. An ALTER TABLE
   * is passed with one command. Throws `NotRewritable` for a hazard that it knows but cannot remove.
   */
  rewrite(statement: LintStatement, context: RewriteContext): Rewriting | null;
}
