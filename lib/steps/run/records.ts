import type { ApprovalParts } from "../../core/approval/digest.js";
import type { Activity } from "../../core/catalog/activity.js";
import type { Difference } from "../../core/catalog/compare.js";
import type { DriftReport } from "../../core/catalog/drift.js";
import type { TenantRole } from "../../core/catalog/shared-rights.js";
import type { Statistics } from "../../core/catalog/statistics.js";
import type { Config } from "../../core/config/config.js";
import type { Analyzed } from "../../core/evidence/fleet-evidence.js";
import type { RewriteEvidence } from "../../core/evidence/rewrite-evidence.js";
import type { Finding } from "../../core/finding.js";
import type { ProbeResult } from "../../core/probes/probe.js";
import type { StoppingRows } from "../../core/probes/stopping-rows.js";
import type { Change } from "../../core/release/change.js";
import type { LedgerEntry } from "../../core/release/ledger.js";
import type { PredictedLock, RollbackResult } from "../../core/risk/input.js";
import type { RiskScore } from "../../core/risk/score.js";
import type { RollbackCandidate } from "../../core/rollback/plan.js";
import type { Selection } from "../../core/rollout/selection.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import type { Declared } from "../catalog/declared.js";
import type { Proof } from "../proof/proof.js";
import type { BackfillRequest } from "./backfill-progress.js";
import type { BatchParts } from "./batch-parts.js";
import type { FromPack } from "./from-pack.js";
import type { Target } from "./target.js";

/** What was asked for, written before the first step. Holds references to secrets, never secrets. */
export interface RunRequest extends FromPack {
  readonly run: string;
  readonly command: "run" | "check" | "demo" | "backfill";
  /** `check` stops before the approval. */
  readonly mode: "run" | "check";
  readonly engine: "local" | "aws";
  readonly requester: string;
  /** The login that started it; absent if the machine knows none, and for the demo, which answers for itself. */
  readonly startedBy?: string | undefined;
  readonly toolVersion: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly config: Config;
  /** Read every catalog, even of tenants that did not change since the last run. */
  readonly fresh?: boolean;
  /** Which tenants it covers; absent: all. */
  readonly selection?: Selection;
  /** Path of the config file; absent on AWS. */
  readonly configFile?: string;
  /** One backfill outside a release. */
  readonly backfill?: BackfillRequest;
  /** The change that brought the release, if a pipeline or a repository says so. */
  readonly change?: Change;
  /** Where the migrations lie in their repository, with slashes; absent outside of one. */
  readonly folder?: string;
}

/** How the registry differs from its state when the run began, as far as the rollout has looked. */
export interface RegistryChanges {
  /** Ids of tenants that are listed now but were not. */
  readonly joined: readonly string[];
  /** Ids of tenants of the run that are no longer listed. */
  readonly gone: readonly string[];
}

/** Tenants handled by one call, one after the other over one connection at a time. */
export interface Batch extends BatchParts {
  readonly id: string;
  readonly host: string;
  readonly tenants: readonly Tenant[];
}

/** What the state machine iterates over: small, whatever the size of the fleet. */
export interface HostPlan {
  readonly id: string;
  /** How many batches may run at once. */
  readonly connections: number;
  readonly batches: readonly { readonly id: string }[];
}

/** What one phase of the pipeline wrote about one batch; `records` become leaves of the audit trail's tree. */
export interface BatchResult<T> {
  readonly batch: string;
  readonly records: readonly T[];
  readonly findings: readonly Finding[];
}

export interface TenantReading {
  readonly tenant: string;
  readonly status: "read" | "unknown";
  /** Null if unknown. */
  readonly fingerprint: string | null;
  /** The database that answered; null if unknown. */
  readonly target: Target | null;
  readonly statistics: Statistics | null;
  /** Who the release would run as there; absent if unknown, and in runs of versions that did not ask. */
  readonly role?: TenantRole;
  /** The change detector saw no change since the last run, so the catalog was not read again. */
  readonly unchanged: boolean;
  readonly ledger: readonly LedgerEntry[];
  /** Versions of the migrations that it lacks, in order. */
  readonly pending: readonly string[];
  readonly ms: number;
}

/** What one probe answered in one tenant. */
export interface ProbeAnswer {
  readonly code: string;
  readonly subject: string;
  readonly meaning: string;
  readonly repair: string | null;
  readonly result: ProbeResult;
  /** Running the release on a clone of the tenant would answer it. */
  readonly rehearsable: boolean;
}

export interface TenantProbes {
  readonly tenant: string;
  readonly status: "pass" | "hit" | "unknown";
  readonly probes: readonly ProbeAnswer[];
  /** Its transaction counter when it was probed; absent if there was nothing to ask. */
  readonly activity?: Activity;
}

/** Tenants with the same schema that lack the same migrations. */
export interface ClusterRecord {
  readonly id: string;
  readonly fingerprint: string;
  readonly tenants: readonly string[];
  readonly majority: boolean;
  /** Versions of the migrations that they lack, in order. */
  readonly pending: readonly string[];
  /** The largest tenant, whose clone represents all. */
  readonly representative: string;
  /** Null if the history could not be replayed. */
  readonly declared: Declared | null;
  readonly drift: DriftReport | null;
}

/** What the dry run of a cluster established; the rollout holds every tenant of the cluster to it. */
export interface ProofRecord {
  readonly cluster: string;
  /** The tenant that was cloned: the cluster's representative, or another one if that could not be cloned. */
  readonly clonedFrom: string;
  /** Everything that was seen, without the catalog after the release. */
  readonly proof: Omit<Proof, "catalogAfter" | "output">;
  readonly ms: number;
  /** RFC 3339. */
  readonly endedAt: string;
  /** Fingerprint at the end of the release; null if the proof failed. */
  readonly after: string | null;
  /** Fingerprints that the release passes through, including the last. */
  readonly onTheWay: readonly string[];
  /** The proved way back of each migration. */
  readonly rollbacks: readonly { readonly version: string; readonly candidate: RollbackCandidate }[];
  /** Queries for rows at which they would stop; absent in runs of earlier versions. */
  readonly stopping?: readonly StoppingRows[];
  readonly result: RollbackResult;
  /** What was measured on the clone. */
  readonly locks: readonly PredictedLock[];
  readonly rewrites: readonly { readonly table: string; readonly bytes: number | null }[];
  /** How the cluster still differs from the declared schema after the release. */
  readonly remaining: readonly Difference[];
  /** Ways around hazards that block, proved on clones of the same tenant; absent without any. */
  readonly plans?: readonly RewriteEvidence[];
}

export interface ScoreRecord extends RiskScore {
  /** What an approval is bound to. */
  readonly digest: string;
  readonly parts: ApprovalParts;
}

/** The tenants migrated together, split into batches. */
export interface WavePlan {
  /** 0-based; 0 is the canary. */
  readonly index: number;
  readonly name: string;
  /** The group whose window it keeps to; null for none. */
  readonly group: string | null;
  readonly tenants: readonly string[];
  readonly hosts: readonly HostPlan[];
  /** Digest of what is in its batches; absent in runs of earlier versions. */
  readonly held?: string;
}

/** How a wave ended. */
export interface WaveResult {
  readonly index: number;
  readonly action: "continue" | "halt" | "rollback";
  readonly reason: string;
  readonly migrated: number;
  readonly failed: number;
  /** How often the run had been resumed by then. */
  readonly pass: number;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** How often a run was resumed: each pass retries tenants that the breaker let through without the release. */
export interface Passes {
  readonly resumed: number;
  /** Ids of the tenants that this pass covers; absent: all of the run. */
  readonly only?: readonly string[];
}

/** What the rollout last did to one tenant. */
export interface TenantProgress {
  readonly tenant: string;
  readonly wave: number;
  /** `failed`: nothing of the release is in it. `unknown`: its state could not be read after a failure. */
  readonly status: "migrated" | "failed" | "unknown" | "rolled back";
  readonly before: string | null;
  readonly after: string | null;
  readonly attempts: number;
  readonly lockWaitMs: number;
  readonly ms: number;
  readonly message: string | null;
  /** What its attempts met, including those before a success, in the server's words. */
  readonly faults: readonly string[];
  /** True when a lock was not granted in time. */
  readonly lockTimeout: boolean;
  readonly analyzed?: readonly Analyzed[];
}

export const artifact = {
  request: "request.json",
  /** `AcceptedInput`. */
  input: "input.json",
  /** `TakenOrder`. */
  order: "order.json",
  release: "release.json",
  /** The queries that were read on the machine where the run began. */
  workload: "workload.json",
  fleet: "fleet.json",
  scope: "scope.json",
  registry: "registry.json",
  batch: (id: string) => `batches/${id}.json`,
  /** By its digest. */
  plan: (digest: string) => `plans/${digest}.json`,
  result: (phase: string, batch: string) => `results/${phase}/${batch}.json`,
  results: (phase: string) => `results/${phase}`,
  catalog: (fingerprint: string) => `catalogs/${fingerprint}.json`,
  findings: (gate: string) => `findings/${gate}.json`,
  clusters: "clusters.json",
  /** Of one cluster: lists of `MemberReading`. */
  members: (cluster: string) => `members/${cluster}.json`,
  declared: "declared.json",
  rehearsals: "rehearsals.json",
  rollback: (cluster: string) => `rollback/${cluster}.json`,
  proof: (cluster: string) => `proofs/${cluster}.json`,
  queries: (cluster: string, what: "versions" | "working" | "verified") => `queries/${cluster}.${what}.json`,
  score: "score.json",
  waves: "waves.json",
  passes: "passes.json",
  /** `RolloutSoFar`. */
  rollout: "rollout.json",
  wave: (index: number) => `waves/${index}.json`,
  /** Lists of `PauseEntry` and of `SpeedEntry`; the last entry holds. */
  pauses: "pauses.json",
  speeds: "speeds.json",
  hold: "hold.json",
  backfill: (tenant: string) => `backfills/${encodeURIComponent(tenant)}.json`,
  governor: (host: string, process: string) =>
    `governor/${encodeURIComponent(host)}/${encodeURIComponent(process)}.json`,
  /** What the trail was told about the governors, as digests by host. */
  governed: "governed.json",
  waveStart: (index: number) => `waves/${index}.started.json`,
  waveDue: (index: number) => `waves/${index}.due.json`,
  /** What a team's own program printed in a tenant, or on a cluster's clone. */
  migratorOutput: (of: string) => `migrator/${encodeURIComponent(of)}.txt`,
  tenant: (id: string) => `tenants/${encodeURIComponent(id)}.json`,
  statistics: (tenant: string) => `statistics/${encodeURIComponent(tenant)}.json`,
  refusals: "approval/refusals",
  page: "approval/page.json",
  outcome: "outcome.json",
  evidence: "evidence.json",
  log: "execution-log.json",
  report: "report.html",
} as const;

/** An artifact that an earlier step must have written. Throws when it is missing: a gap is never read as "nothing". */
export async function need<T>(ports: Pick<Ports, "run" | "artifacts">, key: string): Promise<T> {
  const value = await ports.artifacts.get<T>(key);
  if (value === null) throw new Error(`the run ${ports.run} lacks its artifact ${key}`);
  return value;
}

export async function passOf(ports: Pick<Ports, "artifacts">): Promise<number> {
  return (await ports.artifacts.get<Passes>(artifact.passes))?.resumed ?? 0;
}

/** Every batch's result of a phase, in the order of their ids. */
export async function resultsOf<T>(
  ports: Pick<Ports, "run" | "artifacts">,
  phase: string,
): Promise<readonly BatchResult<T>[]> {
  const keys = await ports.artifacts.list(artifact.results(phase));
  return Promise.all(keys.map((key) => need<BatchResult<T>>(ports, key)));
}
