import type { ApprovalEvidence, RolloutEvidence } from "../core/evidence/decision-evidence.js";
import type { Evidence } from "../core/evidence/evidence.js";
import type { ClusterEvidence, ExemptEvidence } from "../core/evidence/fleet-evidence.js";
import type {
  ProbeEvidence,
  RehearsalEvidence,
  RollbackEvidence,
  StatementEvidence,
} from "../core/evidence/proof-evidence.js";
import type { RewriteEvidence } from "../core/evidence/rewrite-evidence.js";
import type { Finding } from "../core/finding.js";
import type { RiskScore } from "../core/risk/score.js";
import type { Thresholds } from "../core/risk/thresholds.js";
import type { ClusterMatrix } from "../core/versions/matrix.js";
import type { WaveOutlook } from "../steps/rollout/outlook.js";
import type { BackfillsView, HoldView, PlanView } from "./plan-view.js";

/** Everything that the page and the report show about one run: the part of its evidence that a reader needs. Times are ISO 8601 in UTC. */
export interface ReviewModel {
  readonly run: string;
  readonly release: ReleaseView;
  readonly requester: string;
  /** Of what is to be approved. */
  readonly digest: string;
  readonly score: Pick<RiskScore, "fleet" | "factors" | "verdict">;
  readonly thresholds: Thresholds;
  readonly tenants: number;
  /** Tenants that a person left out for now. */
  readonly exempt: readonly ExemptView[];
  /** Ids of tenants that were not asked for. */
  readonly notSelected: readonly string[];
  readonly hosts: number;
  /** The majority first, then by size. */
  readonly clusters: readonly ClusterView[];
  /** In the order in which they run. */
  readonly statements: readonly StatementView[];
  readonly rollbacks: readonly RollbackView[];
  /** Proved ways around hazards that block. */
  readonly rewrites: readonly RewriteView[];
  readonly probes: readonly ProbeView[];
  /** Tenants whose rows could only be judged by running on their own clone. */
  readonly rehearsals: readonly RehearsalView[];
  /** By cluster; empty without a workload. */
  readonly queries: readonly ClusterMatrix[];
  readonly findings: readonly Finding[];
  /** Null if there was none. */
  readonly dryRun: { readonly endedAt: string; readonly ms: number } | null;
  /** Null before it is asked for. */
  readonly approval: ApprovalView | null;
  /** Null before it begins. */
  readonly rollout: RolloutView | null;
  /** Null in a report, which says what happened. */
  readonly plan: PlanView | null;
  /** The question is whether these tenants are taken back; absent if it is about the release. */
  readonly takingBack?: TakingBackView;
  /** Null if no backfill has begun, and in a report. */
  readonly backfills: BackfillsView | null;
  /** Null if nothing holds the rollout. */
  readonly hold: HoldView | null;
  /** How the run ended; null before. */
  readonly outcome: { readonly status: Evidence["verdict"]["status"]; readonly reason: string } | null;
}

export interface TakingBackView {
  readonly tenants: number;
  readonly waves: readonly WaveOutlook[];
}

/** Evidence as it is shown: nothing in it may be changed, at any depth. */
type Shown<T> = T extends readonly (infer E)[]
  ? readonly Shown<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Shown<T[K]> }
    : T;

interface ReleaseView {
  readonly name: string;
  readonly migrations: readonly { readonly version: string; readonly name: string; readonly file: string }[];
}

type ExemptView = Shown<ExemptEvidence>;

export interface ClusterView extends Shown<Pick<ClusterEvidence, "id" | "fingerprint" | "majority" | "proof">> {
  /** Ids. */
  readonly tenants: readonly string[];
  /** 0…1: of its riskiest tenant. */
  readonly risk: number;
  /** From the declared schema. */
  readonly differences: readonly DifferenceView[];
}

export type DifferenceView = Shown<Omit<ClusterEvidence["differences"][number], "repair">>;

export type StatementView = Shown<StatementEvidence>;
export type LockView = Shown<StatementEvidence["locks"][number]>;

export type RollbackView = Shown<RollbackEvidence>;
export type RollbackProofView = Shown<RollbackEvidence["proof"]>;

export type RewriteView = Shown<RewriteEvidence>;

export type ProbeView = Shown<Omit<ProbeEvidence, "subject">>;

export type RehearsalView = Shown<RehearsalEvidence>;

export type ApprovalView = Shown<Omit<ApprovalEvidence, "digest" | "requester" | "requestedAt">>;

export type WaveView = Shown<Omit<RolloutEvidence["waves"][number], "startedAt" | "finishedAt">>;

export interface RolloutView extends Shown<Omit<RolloutEvidence, "waves">> {
  readonly waves: readonly WaveView[];
}
