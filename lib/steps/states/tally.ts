import { z } from "zod";
import type { Finding, Gate } from "../../core/finding.js";
import type { Ports } from "../../ports/ports.js";
import { REPLICA_LAG } from "../catalog/replica.js";
import { saveFindings } from "../run/findings.js";
import { recordTenants } from "../run/record-tenants.js";
import { recordFindings } from "../run/recorded-findings.js";
import { artifact, type Batch, type BatchResult } from "../run/records.js";
import type { Step } from "../run/step.js";

const answer = z.looseObject({
  ok: z.boolean().optional(),
  batch: z.string().optional(),
  scope: z.string().optional(),
  cluster: z.string().optional(),
});

const child = z.looseObject({ id: z.string(), batches: z.array(z.looseObject({ id: z.string() })).optional() });

const input = z.object({
  run: z.string(),
  phase: z.enum(["Introspect", "Probe", "DryRun", "Rehearse", "Migrate", "RollBack"]),
  scope: z.string(),
  expected: z.array(child),
  results: z.array(answer.nullable()),
});

type Phase = z.infer<typeof input>["phase"];
type Child = z.infer<typeof child>;

interface Output {
  readonly ok: boolean;
  readonly scope: string;
}

const GATES: Readonly<Record<Phase, Gate>> = {
  Introspect: "introspect",
  Probe: "probe",
  DryRun: "dry-run",
  Rehearse: "probe",
  Migrate: "rollout",
  RollBack: "rollout",
};

/**
 * Counts the answers of a Map against what was expected, by name. A child that was lost, answered twice, or answered for another is
 * unknown, and unknown blocks.
 */
export const tally: Step<z.infer<typeof input>, Output> = {
  name: "tally",
  input,
  settled: (output) => output.ok,
  async run(ports, { phase, scope, expected, results }) {
    const answered = results.map((result) => result?.batch ?? result?.scope ?? result?.cluster ?? "");
    const good = new Set(results.flatMap((result, index) => (result?.ok === true ? [answered[index] ?? ""] : [])));
    const allGood = expected.every(({ id }) => good.has(id));
    const ok = allGood && results.length === expected.length;
    const findings: Finding[] = [];
    for (const child of expected) {
      const said = await saidBy(ports, phase, scope, child);
      if (scope === "fleet") await auditLag(ports, child, said.findings);
      if (said.own) findings.push(...said.findings);
      const explained = said.findings.some((finding) => finding.severity === "error");
      if (said.silent || !answered.includes(child.id) || (!good.has(child.id) && !explained)) {
        findings.push(lost(phase, said.kind, child.id, said.tenants));
      }
    }
    // Whatever else is wrong with the answers must be reported too, since findings are what blocks.
    if (!ok && allGood) findings.push(lost(phase, "phase", phase, []));
    await saveFindings(ports, keyOf(phase, expected[0]?.id ?? scope), findings);
    if (scope === "fleet" && phase === "RollBack") await auditRollback(ports, ok, expected);
    if (scope === "fleet") await concludePhase(ports, phase, `${good.size} of ${expected.length} proved`);
    return { ok, scope };
  },
};

async function auditRollback(ports: Ports, ok: boolean, hosts: readonly Child[]): Promise<void> {
  await ports.audit.append({
    actor: "schema-gate",
    action: "rollback.finished",
    subject: { kind: "run", name: ports.run },
    digest: null,
    details: { ok, batches: hosts.flatMap(({ batches }) => batches?.map(({ id }) => id) ?? []) },
  });
}

/** The tenants of one host whose replicas were not read because they lag: one event, however many there are. */
async function auditLag(ports: Ports, host: Child, findings: readonly Finding[]): Promise<void> {
  const lagging = findings.filter(({ code }) => code.endsWith(REPLICA_LAG));
  if (lagging.length === 0) return;
  await ports.audit.append({
    actor: "schema-gate",
    action: "fault.observed",
    subject: { kind: "host", name: host.id },
    digest: null,
    details: { code: lagging[0]?.code ?? "", tenants: lagging.flatMap(({ tenants }) => [...(tenants ?? [])]) },
  });
}

/** Reads every result of the phase, so it runs once per phase: a rollout, which has a phase per wave, is recorded by the report. */
async function concludePhase(ports: Ports, phase: Phase, proved: string): Promise<void> {
  if (phase === "Migrate") return;
  const text = phase === "DryRun" ? proved : summary(await recordTenants(ports, phase));
  if (phase !== "RollBack") await recordFindings(ports, phase);
  ports.events.emit({ type: "result", phase, text });
}

/** How many tenants there were of each status: `245 pass, 2 hit`. */
function summary(statuses: ReadonlyMap<string, number>): string {
  return [...statuses].map(([status, count]) => `${count} ${status}`).join(", ");
}

interface Said {
  readonly kind: "batch" | "host" | "cluster";
  readonly findings: readonly Finding[];
  /** The findings are not stored anywhere else yet. */
  readonly own: boolean;
  /** It wrote nothing, whatever it answered. */
  readonly silent: boolean;
  readonly tenants: readonly string[];
}

/** What a child left behind, as opposed to what it answered. */
async function saidBy(ports: Ports, phase: Phase, scope: string, child: Child): Promise<Said> {
  if (scope !== "fleet") {
    const result = await ports.artifacts.get<BatchResult<unknown>>(artifact.result(phase, child.id));
    const batch = await ports.artifacts.get<Batch>(artifact.batch(child.id));
    const tenants = batch?.tenants.map((tenant) => tenant.id) ?? [];
    return { kind: "batch", findings: result?.findings ?? [], own: true, silent: result === null, tenants };
  }
  const kind = phase === "DryRun" ? "cluster" : "host";
  const key = phase === "DryRun" ? `dry-run-${child.id}` : keyOf(phase, child.batches?.[0]?.id ?? "");
  const findings = await ports.artifacts.get<readonly Finding[]>(artifact.findings(key));
  return { kind, findings: findings ?? [], own: false, silent: findings === null, tenants: [] };
}

/** A wave's tallies must not overwrite each other's: a batch belongs to one wave, a host to all. */
function keyOf(phase: Phase, first: string): string {
  return `${GATES[phase]}-${phase}-${first.replaceAll(/[^A-Za-z0-9]/g, "-")}`;
}

function lost(phase: Phase, kind: string, name: string, tenants: readonly string[]): Finding {
  return {
    code: `${GATES[phase]}.lost`,
    gate: GATES[phase],
    severity: "error",
    unknown: true,
    subject: { kind, name },
    message: `The ${kind} ${name} gave no answer in the phase ${phase}; what it would have found is unknown.`,
    remedy: { text: "Resume the run; finished tenants are not repeated.", command: "schema-gate resume RUN" },
    ...(tenants.length > 0 ? { tenants } : {}),
  };
}
