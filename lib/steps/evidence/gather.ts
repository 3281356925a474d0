import type { RolloutEvidence } from "../../core/evidence/decision-evidence.js";
import type { Evidence } from "../../core/evidence/evidence.js";
import type { RehearsalEvidence } from "../../core/evidence/proof-evidence.js";
import type { QueryEvidence } from "../../core/evidence/query-evidence.js";
import type { Release } from "../../core/migration/release.js";
import { onAws } from "../../core/report/where-it-runs.js";
import { loadParser } from "../../core/sql/parse.js";
import type { ClusterMatrix } from "../../core/versions/matrix.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { believedApprovals } from "../approval/believed-approvals.js";
import { rehearsalsOf, type TenantRehearsal, withRehearsals } from "../probing/rehearsal.js";
import { allFindings } from "../run/findings.js";
import {
  artifact,
  type ClusterRecord,
  type ProofRecord,
  type RegistryChanges,
  type RunRequest,
  resultsOf,
  type ScoreRecord,
  type TenantProbes,
  type TenantProgress,
  type TenantReading,
  type WavePlan,
  type WaveResult,
} from "../run/records.js";
import type { RunScope } from "../run/run-scope.js";
import { needRequest } from "../run/stored-request.js";
import { clustersEvidence } from "./clusters.js";
import { executionLogOf } from "./execution-log.js";
import { probesEvidence } from "./probes.js";
import { dryRunEvidence, rewritesEvidence, rollbacksEvidence, statementsEvidence } from "./proofs.js";
import { releaseEvidence } from "./release.js";
import { approvalEvidenceOf, rolloutEvidenceOf } from "./rollout.js";
import { tenantsEvidence } from "./tenants.js";
import { verdictOf } from "./verdict.js";

/** Everything that the run's artifacts say, however far the run got. What it never reached is null or empty. */
export interface RunArtifacts {
  readonly request: RunRequest;
  readonly release: Release | null;
  readonly fleet: readonly Tenant[];
  readonly readings: ReadonlyMap<string, TenantReading>;
  readonly clusters: readonly ClusterRecord[];
  /** Includes what the rehearsals answered. */
  readonly probes: readonly TenantProbes[];
  readonly rehearsals: readonly TenantRehearsal[];
  readonly proofs: ReadonlyMap<string, ProofRecord>;
  /** Of clusters whose queries were examined. */
  readonly queries: ReadonlyMap<string, ClusterMatrix>;
  readonly score: ScoreRecord | null;
  readonly waves: readonly WavePlan[];
  readonly waveResults: ReadonlyMap<number, WaveResult>;
  readonly waveStarts: ReadonlyMap<number, string>;
  readonly progress: ReadonlyMap<string, TenantProgress>;
  /** Null for a run that ended before it knew. */
  readonly scope: RunScope | null;
  readonly registry: RegistryChanges | null;
}

export async function readRun(ports: Ports): Promise<RunArtifacts> {
  const get = <T>(key: string) => ports.artifacts.get<T>(key);
  const found = (await get<readonly ClusterRecord[]>(artifact.clusters)) ?? [];
  const waves = (await get<readonly WavePlan[]>(artifact.waves)) ?? [];
  const fleet = (await get<readonly Tenant[]>(artifact.fleet)) ?? [];
  const readings = (await resultsOf<TenantReading>(ports, "Introspect")).flatMap((result) => result.records);
  const each = async <K, T>(keys: readonly K[], keyOf: (key: K) => string): Promise<Map<K, T>> => {
    const values = await Promise.all(keys.map(async (key) => [key, await get<T>(keyOf(key))] as const));
    return new Map(values.flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])));
  };
  const rehearsals = await rehearsalsOf(ports);
  const proofs = await each<string, ProofRecord>(
    found.map((cluster) => cluster.id),
    artifact.proof,
  );
  const clusters = found.map((one) => ({
    ...one,
    representative: proofs.get(one.id)?.clonedFrom ?? one.representative,
  }));
  const indexes = waves.map((wave) => wave.index);
  const starts = await each<number, { startedAt: string }>(indexes, artifact.waveStart);
  return {
    request: await needRequest(ports),
    release: await get<Release>(artifact.release),
    fleet,
    readings: new Map(readings.map((reading) => [reading.tenant, reading])),
    clusters,
    probes: withRehearsals(
      (await resultsOf<TenantProbes>(ports, "Probe")).flatMap((result) => result.records),
      rehearsals,
    ),
    rehearsals,
    proofs,
    queries: await each<string, ClusterMatrix>(
      found.map((cluster) => cluster.id),
      (id) => artifact.queries(id, "versions"),
    ),
    score: await get<ScoreRecord>(artifact.score),
    waves,
    scope: await get<RunScope>(artifact.scope),
    registry: await get<RegistryChanges>(artifact.registry),
    waveResults: await each<number, WaveResult>(indexes, artifact.wave),
    waveStarts: new Map([...starts].map(([index, { startedAt }]) => [index, startedAt])),
    // Before there are waves, no tenant is touched.
    progress: await each<string, TenantProgress>(
      waves.length === 0 ? [] : fleet.map((tenant) => tenant.id),
      artifact.tenant,
    ),
  };
}

function queryEvidenceOf({ cluster, rows, advice }: ClusterMatrix): QueryEvidence {
  return { cluster, rows: [...rows], advice };
}

/** How far the rollout is, only from its own artifacts; null before it begins. */
export async function rolloutOf(ports: Pick<Ports, "artifacts">): Promise<RolloutEvidence | null> {
  const get = <T>(key: string) => ports.artifacts.get<T>(key);
  const waves = (await get<readonly WavePlan[]>(artifact.waves)) ?? [];
  const waveResults = new Map<number, WaveResult>();
  const waveStarts = new Map<number, string>();
  const progress = new Map<string, TenantProgress>();
  for (const { index, tenants } of waves) {
    const start = await get<{ startedAt: string }>(artifact.waveStart(index));
    if (start === null) continue;
    waveStarts.set(index, start.startedAt);
    const result = await get<WaveResult>(artifact.wave(index));
    if (result !== null) waveResults.set(index, result);
    const said = await Promise.all(tenants.map((id) => get<TenantProgress>(artifact.tenant(id))));
    for (const one of said) if (one !== null) progress.set(one.tenant, one);
  }
  const registry = await get<RegistryChanges>(artifact.registry);
  return rolloutEvidenceOf({ waves, waveResults, waveStarts, progress, registry });
}

function rehearsalEvidenceOf({ decided: _, ...rehearsal }: TenantRehearsal): RehearsalEvidence {
  return rehearsal;
}

/** Who is left out; empty if nobody is. */
function leftOutEvidence({ scope, registry }: RunArtifacts): Pick<Evidence, "exempt" | "notSelected" | "joined"> {
  return {
    ...(scope !== null && scope.exempt.length > 0 ? { exempt: [...scope.exempt] } : {}),
    ...(scope !== null && scope.leftOut.length > 0 ? { notSelected: [...scope.leftOut] } : {}),
    ...(registry !== null && registry.joined.length > 0 ? { joined: [...registry.joined] } : {}),
  };
}

/** The evidence of a run as it is now. */
export async function gatherEvidence(ports: Ports): Promise<Evidence> {
  await loadParser();
  const run = await readRun(ports);
  const { request, score } = run;
  const { record, findings: tampered } = await believedApprovals(ports);
  const said = [...tampered, ...(await allFindings(ports))];
  const findings = request.engine === "aws" ? said.map((finding) => onAws(ports.run, finding)) : said;
  const now = ports.clock.now();
  const approval = record === null ? null : approvalEvidenceOf(record, now);
  const rollout = rolloutEvidenceOf(run);
  const pending = run.clusters.filter((cluster) => cluster.pending.length > 0).length;
  const events = await ports.audit.events();
  return {
    format: "schema-gate-evidence",
    version: 1,
    run: {
      id: ports.run,
      command: request.command,
      engine: request.engine,
      toolVersion: request.toolVersion,
      requester: request.requester,
      startedAt: request.startedAt,
      finishedAt: new Date(now).toISOString(),
    },
    verdict: verdictOf({ request, findings, score, approval, rollout, pending, tenants: run.fleet.length, run }),
    release: run.release && releaseEvidence(run.release, run.clusters, run.request.folder),
    declared: run.clusters[0]?.declared?.before ?? null,
    tenants: tenantsEvidence(run),
    ...leftOutEvidence(run),
    clusters: clustersEvidence(run.clusters, run.proofs),
    findings: findings as Evidence["findings"],
    probes: probesEvidence(run.probes),
    ...(run.rehearsals.length > 0 ? { rehearsals: run.rehearsals.map(rehearsalEvidenceOf) } : {}),
    ...(run.queries.size > 0 ? { queries: [...run.queries.values()].map(queryEvidenceOf) } : {}),
    dryRun: dryRunEvidence(run.proofs),
    statements: statementsEvidence(run),
    rollbacks: rollbacksEvidence(run),
    ...rewritesEvidence(run),
    score: score && {
      fleet: score.fleet,
      verdict: score.verdict,
      factors: score.factors.map(({ name, value, reason }) => ({ name, value, reason })),
      thresholds: request.config.thresholds,
    },
    approval,
    rollout,
    log: await executionLogOf(ports, run, findings),
    audit: { events: events.length, head: events.at(-1)?.hash ?? "0".repeat(64) },
  };
}
