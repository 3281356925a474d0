import type { ApprovalStatus } from "../core/approval/decide.js";
import type { Finding } from "../core/finding.js";
import type { LockMode, Loss, Transactionality } from "../core/operations/operation.js";
import type { RiskScore } from "../core/risk/score.js";
import type { Thresholds } from "../core/risk/thresholds.js";
import type { RollbackClass, RollbackSource } from "../core/rollback/plan.js";

/** All that the page and the report show of one run: plain data, built from the run's artifacts. Times are ISO 8601 in UTC. */
export interface ReviewModel {
  readonly run: string;
  readonly release: ReleaseView;
  readonly requester: string;
  /** Of what is asked to be approved. */
  readonly digest: string;
  readonly score: Pick<RiskScore, "fleet" | "factors" | "verdict">;
  readonly thresholds: Thresholds;
  readonly tenants: number;
  readonly hosts: number;
  /** The majority first, then by size. */
  readonly clusters: readonly ClusterView[];
  /** In the order in which they run. */
  readonly statements: readonly StatementView[];
  readonly rollbacks: readonly RollbackView[];
  readonly probes: readonly ProbeView[];
  readonly findings: readonly Finding[];
  /** Null when there was none. */
  readonly dryRun: { readonly endedAt: string; readonly ms: number } | null;
  /** Null before it is asked for. */
  readonly approval: ApprovalView | null;
  /** Null before it begins. */
  readonly rollout: RolloutView | null;
}

export interface ReleaseView {
  readonly name: string;
  readonly migrations: readonly { readonly version: string; readonly name: string; readonly file: string }[];
}

export interface ClusterView {
  readonly id: string;
  readonly fingerprint: string;
  /** Ids. */
  readonly tenants: readonly string[];
  readonly majority: boolean;
  /** 0…1: of its riskiest tenant. */
  readonly risk: number;
  /** From the declared schema. */
  readonly differences: readonly DifferenceView[];
  readonly proof: "proved" | "failed" | "none";
}

export interface DifferenceView {
  /** `index app.users.idx_tenant_quota`. */
  readonly object: string;
  readonly kind: "missing" | "extra" | "changed";
  readonly declared: string | null;
  readonly actual: string | null;
  /** What the release does to it. */
  readonly effect: "healed" | "remains" | "breaks" | "unknown";
}

export interface LockView {
  readonly table: string;
  readonly mode: LockMode;
  /** From the grant to the commit, in milliseconds since the first statement began; on the clone of `StatementView.cluster`. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface StatementView {
  readonly sql: string;
  readonly migration: string;
  readonly source: { readonly file: string; readonly line: number };
  readonly transactionality: Transactionality;
  /** Milliseconds since the first statement began. */
  readonly startMs: number;
  readonly ms: number;
  /** The locks that this statement was the first to take. */
  readonly locks: readonly LockView[];
  readonly rewrites: readonly string[];
  readonly scans: readonly string[];
  /** Longest hold of its strongest lock predicted for any tenant, and that tenant; null when nothing was predicted. */
  readonly worst: { readonly tenant: string; readonly holdMs: number } | null;
}

export interface RollbackView {
  readonly cluster: string;
  readonly tenants: number;
  readonly migration: string;
  readonly source: RollbackSource;
  readonly class: RollbackClass;
  readonly statements: readonly string[];
  readonly losses: readonly Loss[];
  /** Names of the copies in the schema of kept data. */
  readonly kept: readonly string[];
  readonly proof: RollbackProofView;
}

export interface RollbackProofView {
  readonly status: "proved" | "failed" | "none";
  readonly schemaEqual: boolean | null;
  readonly rowsEqual: boolean | null;
  readonly rows: number | null;
  readonly ms: number | null;
  /** Why it failed or was not made. */
  readonly reason: string | null;
}

export interface ProbeView {
  readonly code: string;
  readonly meaning: string;
  readonly tenants: number;
  readonly passed: number;
  readonly hits: readonly { readonly tenant: string; readonly count: number; readonly keys: readonly string[] }[];
  readonly unknown: readonly { readonly tenant: string; readonly reason: string }[];
  readonly repair: string | null;
}

export interface ApprovalView {
  readonly status: ApprovalStatus;
  readonly reason: string;
  readonly quorum: number;
  readonly approvers: readonly string[];
  readonly decisions: readonly {
    readonly person: string;
    readonly verdict: "approve" | "reject";
    readonly channel: string;
    readonly at: string;
    readonly reason: string | null;
  }[];
  readonly expiresAt: string;
}

export interface RolloutView {
  readonly status: "running" | "done" | "halted" | "rolling back" | "rolled back" | "failed";
  readonly reason: string | null;
  readonly waves: readonly WaveView[];
}

export interface WaveView {
  readonly name: string;
  readonly status: "waiting" | "running" | "done" | "stopped";
  readonly planned: number;
  readonly done: number;
  readonly running: number;
  readonly failures: readonly { readonly tenant: string; readonly message: string }[];
}
