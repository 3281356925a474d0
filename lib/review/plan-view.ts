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
    /** Of the migration; empty if a team's own program is the migration. */
    readonly sql: string;
  }[];
  /** Where the release comes from; null if neither a pipeline nor a repository says. */
  readonly change: Change | null;
  readonly waves: readonly {
    readonly name: string;
    readonly tenants: number;
    /** When its group may be migrated, as the config says it; null for any time. */
    readonly window: string | null;
  }[];
  /** Not counting windows and pauses; null if unknown. */
  readonly expectedMs: number | null;
  /** How many tenants of a host are migrated at once. */
  readonly atOnce: number;
  /** True when the application's queries were examined. */
  readonly queries: boolean;
  /** When the rollout stops on its own; clauses. */
  readonly stops: readonly string[];
  /** What happens to migrated tenants then. A sentence. */
  readonly afterStop: string;
}

/** What currently holds the rollout. */
export interface HoldView {
  /** One clause. */
  readonly text: string;
  /** True if a person did it, and a person must end it. */
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
