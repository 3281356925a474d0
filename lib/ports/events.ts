import type { Finding } from "../core/finding.js";
import type { TenantBackfill } from "../core/rollout/backfill-sum.js";

/** Something that happened while a run works, for whoever watches. Never holds a secret; may be lost without harm. */
export type RunEvent =
  /** How many of something there are, once it is known. */
  | { readonly type: "size"; readonly of: "tenants" | "clusters" | "rehearsals" | "wave"; readonly count: number }
  /** One more of a phase is done. */
  | { readonly type: "advance"; readonly phase: string; readonly count: number }
  /** What came of one tenant in a phase, and how long it took; `findings` are codes. */
  | {
      readonly type: "tenant";
      readonly ms: number;
      readonly phase: string;
      readonly tenant: string;
      readonly status: string;
      readonly findings: readonly string[];
    }
  /** The rollout begins no tenant for now, and why; null: it goes on. */
  | { readonly type: "held"; readonly text: string | null }
  | ({ readonly type: "backfill" } & TenantBackfill)
  /** What came of a phase, in a few words. */
  | { readonly type: "result"; readonly phase: string; readonly text: string };

export interface Events {
  emit(event: RunEvent): void;
}

/** Someone outside who follows a run. What happens to an observer is no matter of the run's. */
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
