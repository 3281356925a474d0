import {
  type ExecutionLog,
  executionLog,
  type Phase,
  type PhaseRecord,
  type PhaseStatus,
} from "../../core/evidence/execution-log.js";
import type { Finding, Gate } from "../../core/finding.js";
import type { Ports } from "../../ports/ports.js";
import type { StepRecord } from "../run/step.js";
import type { RunArtifacts } from "./gather.js";

interface PhaseSource {
  readonly phase: Phase;
  readonly action: string;
  /** Names of the steps whose records tell when the phase began and ended. */
  readonly steps: readonly string[];
  readonly gates: readonly Gate[];
}

const SOURCES: readonly PhaseSource[] = [
  { phase: "introspection", action: "Read every tenant's live catalog", steps: ["introspect"], gates: ["introspect"] },
  { phase: "schema_analysis", action: "Read the release and its contract", steps: ["load"], gates: ["load"] },
  {
    phase: "divergence_detection",
    action: "Compare tenants with the declared schema, probe their rows",
    steps: ["diverge", "probe", "lint"],
    gates: ["diverge", "probe", "lint"],
  },
  {
    phase: "rollback_validation",
    action: "Plan the way back of each cluster",
    steps: ["plan-rollback"],
    gates: ["rollback"],
  },
  {
    phase: "dry_run_execution",
    action: "Run release and rollback on a clone of each cluster",
    steps: ["dry-run", "examine-queries"],
    gates: ["dry-run", "queries"],
  },
  {
    phase: "gate_approval",
    action: "Score the risk and ask for approval",
    steps: ["score", "settle-approval"],
    gates: ["score", "approve"],
  },
  {
    phase: "production_execution",
    action: "Roll out in waves, verify each tenant",
    steps: ["plan-waves", "migrate", "verify-wave", "roll-back"],
    gates: ["rollout"],
  },
];

/** The run in the shape that users know; every number is counted or measured from what the steps wrote. */
export async function executionLogOf(
  ports: Ports,
  run: RunArtifacts,
  findings: readonly Finding[],
): Promise<ExecutionLog> {
  const records: StepRecord[] = [];
  for (const key of await ports.artifacts.list("steps")) {
    const record = await ports.artifacts.get<StepRecord>(key);
    if (record) records.push(record);
  }
  const phases = SOURCES.flatMap((source) => phaseOf(source, records, findings, run) ?? []);
  const proofs = [...run.proofs.values()];
  const proved = new Set(proofs.filter((proof) => proof.after !== null).map((proof) => proof.cluster));
  return executionLog(ports.run, `schema-gate ${run.request.toolVersion}`, phases, {
    tenants_analyzed: [...run.readings.values()].filter((reading) => reading.status === "read").length,
    divergence_issues_found: divergences(run),
    rollback_paths_validated: run.clusters
      .filter((cluster) => proved.has(cluster.id))
      .reduce((sum, cluster) => sum + cluster.tenants.length, 0),
    dry_run_duration_ms: span(records.filter((record) => record.step === "dry-run")),
    execution_risk_score: run.score?.fleet ?? 1,
  });
}

/** Tenants whose schema differs from the declared one, not counting allowed drift. */
function divergences({ clusters }: RunArtifacts): number {
  const tenants = clusters.flatMap((cluster) =>
    (cluster.drift?.findings ?? []).flatMap((finding) => finding.tenants ?? []),
  );
  return new Set(tenants).size;
}

function phaseOf(
  source: PhaseSource,
  records: readonly StepRecord[],
  findings: readonly Finding[],
  run: RunArtifacts,
): PhaseRecord | null {
  const own = records.filter((record) => source.steps.includes(record.step));
  if (own.length === 0) return null;
  const said = findings.filter((finding) => source.gates.includes(finding.gate));
  return {
    phase: source.phase,
    action: source.action,
    status: statusOf(source.phase, said, run),
    startedAt: Math.min(...own.map((record) => Date.parse(record.startedAt))),
    finishedAt: Math.max(...own.map((record) => Date.parse(record.finishedAt))),
    details: {
      ...detailsOf(source.phase, run),
      errors: said.filter((finding) => finding.severity === "error").length,
      warnings: said.filter((finding) => finding.severity === "warning").length,
    },
  };
}

function statusOf(phase: Phase, findings: readonly Finding[], run: RunArtifacts): PhaseStatus {
  if (phase === "gate_approval" && run.score?.verdict === "blocked") return "blocked";
  if (findings.some((finding) => finding.severity === "error"))
    return phase === "production_execution" ? "failed" : "blocked";
  return findings.some((finding) => finding.severity === "warning") ? "warning" : "success";
}

function detailsOf(phase: Phase, run: RunArtifacts): PhaseRecord["details"] {
  switch (phase) {
    case "introspection":
      return { tenants: run.readings.size, clusters: run.clusters.length };
    case "schema_analysis":
      return { release: run.release?.name ?? null, migrations: run.release?.migrations.length ?? 0 };
    case "divergence_detection":
      return {
        divergences: divergences(run),
        probes: run.probes.reduce((sum, tenant) => sum + tenant.probes.length, 0),
      };
    case "rollback_validation":
    case "dry_run_execution":
      return {
        clones: run.proofs.size,
        proved: [...run.proofs.values()].filter((proof) => proof.after !== null).length,
      };
    case "gate_approval":
      return { score: run.score?.fleet ?? null, verdict: run.score?.verdict ?? null };
    case "production_execution":
      return {
        waves: run.waves.length,
        migrated: [...run.progress.values()].filter((one) => one.status === "migrated").length,
      };
  }
}

function span(records: readonly StepRecord[]): number {
  if (records.length === 0) return 0;
  const started = Math.min(...records.map((record) => Date.parse(record.startedAt)));
  return Math.max(0, Math.max(...records.map((record) => Date.parse(record.finishedAt))) - started);
}
