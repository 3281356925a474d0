/** Something that happened while a run works, for whoever watches. Never holds a secret; may be lost without harm. */
export type RunEvent =
  /** How many of something there are, once it is known. */
  | { readonly type: "size"; readonly of: "tenants" | "clusters" | "rehearsals" | "wave"; readonly count: number }
  /** One more of a phase is done. */
  | { readonly type: "advance"; readonly phase: string; readonly count: number }
  /** What came of one tenant in a phase; `findings` are codes. */
  | {
      readonly type: "tenant";
      readonly phase: string;
      readonly tenant: string;
      readonly status: string;
      readonly findings: readonly string[];
    }
  /** The rollout begins no tenant for now, and why; null: it goes on. */
  | { readonly type: "held"; readonly text: string | null }
  /** How far the backfill of a tenant is; `why`: the figure that decided its pace. */
  | {
      readonly type: "backfill";
      readonly tenant: string;
      readonly rows: number;
      readonly total: number | null;
      readonly rowsPerSecond: number;
      readonly leftMs: number | null;
      readonly pace: "go" | "slow" | "pause" | "done";
      readonly why: string;
    }
  /** What came of a phase, in a few words. */
  | { readonly type: "result"; readonly phase: string; readonly text: string };

export interface Events {
  emit(event: RunEvent): void;
}
