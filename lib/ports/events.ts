import type { Finding } from "../core/finding.js";
import type { TenantBackfill } from "../core/rollout/backfill-sum.js";

/** Something that happened during a run, for anyone who watches. Never contains a secret; may be lost without harm. */
export type RunEvent =
  /** How many of something there are, once it is known. */
  | { readonly type: "size"; readonly of: "tenants" | "clusters" | "rehearsals" | "wave"; readonly count: number }
  /** One more of a phase is done. */
  | { readonly type: "advance"; readonly phase: string; readonly count: number }
  /** A tenant's result in a phase, and how long it took; `findings` are codes. */
  | {
      readonly type: "tenant";
      readonly ms: number;
      readonly phase: string;
      readonly tenant: string;
      readonly status: string;
      readonly findings: readonly string[];
    }
  /** The rollout starts no tenant for now, and why; null: it continues. */
  | { readonly type: "held"; readonly text: string | null }
  | ({ readonly type: "backfill" } & TenantBackfill)
  /** A phase's result, in a few words. */
  | { readonly type: "result"; readonly phase: string; readonly text: string };

export interface Events {
  emit(event: RunEvent): void;
}

/** Someone outside who follows a run. What happens to an observer does not affect the run. */
export interface RunObserver extends Events {
  /** A state of the machine begins; the one before it has ended. */
  entered(state: string): void;
  /** This process has done what it can for the run. Resolves within seconds. */
  ended(end: RunEnd): Promise<void>;
}

export interface RunEnd {
  /** The run's outcome, or why it stopped without one. */
  readonly outcome: string;
  readonly findings: readonly Pick<Finding, "code" | "severity" | "unknown">[];
}
