import type { SourceSpan } from "../finding.js";
import type { WorkloadQuery } from "../workload/workload.js";
import type { Described, Refusal } from "./description.js";
import type { Plan } from "./plan.js";

/** The statement of a release that affected a query. */
export interface Cause {
  readonly migration: string;
  /** 0-based; null for a team's own migrator, whose statements are unknown. */
  readonly statement: number | null;
  readonly sql: string | null;
  readonly source: SourceSpan | null;
}

/** What a server said about a query on one side of the release. */
export interface Side {
  readonly described: Described;
  /** Null where there is none: a refused query, or one that the planner does not plan. */
  readonly plan: Plan | null;
  /** Why the server described a query but did not plan it. */
  readonly unplanned?: Refusal;
}

/** A row of the tenant with which a writing query was tried; `refused` by the schema after the release and not by the one before. */
interface Trial {
  readonly table: string;
  readonly refused: Refusal;
}

export interface ExaminedQuery {
  readonly query: WorkloadQuery;
  readonly before: Side;
  readonly after: Side;
  /** The plan after an ANALYZE of what had lost its statistics; null where nothing in it had. */
  readonly analyzed: Plan | null;
  /**
   * Plans for values that only an index which the release changed finds fast, or of what a foreign key looks for in a table that lost one; null where no
   * such plan was looked for.
   */
  readonly valued: { readonly before: Plan; readonly after: Plan } | null;
  /** A column has another collation, which only a session notices that has prepared the query. */
  readonly recollated: boolean;
  /** Null where no row was refused. */
  readonly trial: Trial | null;
  readonly cause: Cause | null;
}

/** Why a query was not, or not fully, examined on a clone: without a plan it is still described. Closed. */
export type Unexaminable = "no-role" | "time" | "fails-on-both-sides" | "no-plan";

/** Statistics that are missing after the release, or that the next ANALYZE will change. */
export interface LostStatistics {
  /** `schema.table` */
  readonly table: string;
  readonly why: "discarded" | "expression-index" | "extended" | "dropped" | "partition" | "target" | "new-column";
  /** Empty: the whole table's. */
  readonly columns: readonly string[];
  /** What brings them back: ANALYZE, after CREATE STATISTICS if that was dropped. */
  readonly analyze: string;
  /** How long it took on the clone. */
  readonly ms: number;
}

/** Everything found out on the clones of one cluster. */
export interface ExaminedRelease {
  readonly queries: readonly ExaminedQuery[];
  readonly unexamined: readonly {
    readonly query: WorkloadQuery;
    readonly reason: Unexaminable;
    readonly message: string;
  }[];
  readonly lost: readonly LostStatistics[];
  /** Rows by table before the release, as the server estimates them. */
  readonly rows: ReadonlyMap<string, number>;
  /** Tables with rows that were never analyzed, so plans over them are guesses. */
  readonly unanalyzed: readonly string[];
  /** Why nothing could be examined; null when it could. */
  readonly refused: string | null;
  readonly ms: number;
}
