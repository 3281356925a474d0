import type { Change } from "../core/release/change.js";
import type { BackfillSum, TenantBackfill } from "../core/rollout/backfill-sum.js";
import type { Governed } from "../core/rollout/governed.js";

/** What an approval starts, before it is given. */
export interface PlanView {
  /** In the order in which they run; those that some tenant lacks. */
  readonly migrations: readonly {
    readonly version: string;
    readonly name: string;
    readonly file: string;
    /** Of the migration; empty where a program of the team's own is the migration. */
    readonly sql: string;
  }[];
  /** Where the release comes from; null when neither a pipeline nor a repository says. */
  readonly change: Change | null;
  readonly waves: readonly {
    readonly name: string;
    readonly tenants: number;
    /** When its group may be migrated, as the config says it; null for any time. */
    readonly window: string | null;
  }[];
  /** Windows and pauses not counted; null when it cannot be told. */
  readonly expectedMs: number | null;
  /** How many tenants of a host are migrated at once. */
  readonly atOnce: number;
  /** True when the application's queries were examined. */
  readonly queries: boolean;
  /** When the rollout stops by itself; clauses. */
  readonly stops: readonly string[];
  /** What happens to migrated tenants then. A sentence. */
  readonly afterStop: string;
}

/** What holds the rollout for now. */
export interface HoldView {
  /** One clause. */
  readonly text: string;
  /** True when a person did it, and a person must end it. */
  readonly paused: boolean;
}

/** How far the backfills of a run are, and what holds them. */
export interface BackfillsView {
  readonly sum: BackfillSum;
  /** Those at work. */
  readonly tenants: readonly TenantBackfill[];
  /** What held or slowed them so far, by host. */
  readonly governed: readonly { readonly host: string; readonly decisions: readonly Governed[] }[];
  /** Percent of the time, as a person set it. */
  readonly speed: number;
}
