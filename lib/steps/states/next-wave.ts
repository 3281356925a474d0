import { z } from "zod";
import type { Finding } from "../../core/finding.js";
import type { Ports } from "../../ports/ports.js";
import { placeOf, type Tenant } from "../../ports/registry.js";
import { voidApproval } from "../approval/record-decision.js";
import { claimFleet } from "../rollout/claim-fleet.js";
import { notHeld, tooOld } from "../rollout/held-to-trail.js";
import { saveFindings } from "../run/findings.js";
import { artifact, type HostPlan, need, passOf, type WavePlan, type WaveResult } from "../run/records.js";
import type { Step } from "../run/step.js";

const input = z.object({ run: z.string() });

interface Output {
  readonly status: "ready" | "complete" | "void" | "busy";
  readonly index: number;
  readonly hosts: readonly HostPlan[];
}

/** The next wave that is not finished, if what was approved is still what would run. */
export const nextWave: Step<z.infer<typeof input>, Output> = {
  name: "next-wave",
  input,
  // Asked again after each wave with the same input: the answer is in the waves' results.
  settled: () => false,
  async run(ports) {
    const waves = await need<readonly WavePlan[]>(ports, artifact.waves);
    const moved = await joinedAndMoved(ports);
    if (moved.length > 0) return refuse(ports, `the registry now leads ${moved.join("; ")}`);
    const changed = await notHeld(ports);
    if (changed.length > 0) return refuse(ports, `changed since the approval: ${changed.join(", ")}`);
    const pass = await passOf(ports);
    const results = await Promise.all(waves.map(({ index }) => ports.artifacts.get<WaveResult>(artifact.wave(index))));
    const old = results.some((result) => result?.pass === pass) ? null : await tooOld(ports);
    if (old !== null) return refuse(ports, old);
    for (const [place, wave] of waves.entries()) {
      const result = results[place];
      // Tenants that the breaker let go without the release are tried again when the run is resumed.
      if (result?.action === "continue" && (result.failed === 0 || result.pass === pass)) continue;
      const reached = new Set(waves.flatMap(({ tenants }) => tenants));
      const fleet = await need<readonly Tenant[]>(ports, artifact.fleet);
      const mine = fleet.filter((tenant) => reached.has(tenant.id));
      if (!(await claimFleet(ports, mine))) return { status: "busy", index: -1, hosts: [] };
      ports.events.emit({ type: "size", of: "wave", count: wave.tenants.length });
      await ports.audit.append({
        actor: "schema-gate",
        action: "wave.started",
        subject: { kind: "wave", name: wave.name },
        digest: null,
        details: { index: wave.index, tenants: wave.tenants.length },
      });
      await ports.artifacts.create(artifact.waveStart(wave.index), {
        startedAt: new Date(ports.clock.now()).toISOString(),
      });
      return { status: "ready", index: wave.index, hosts: wave.hosts };
    }
    return { status: "complete", index: waves.length, hosts: [] };
  },
};

async function refuse(ports: Ports, reason: string): Promise<Output> {
  await voidApproval(ports.approvals, ports.run, reason, ports.clock.now());
  await ports.audit.append({
    actor: "schema-gate",
    action: "approval.void",
    subject: { kind: "run", name: ports.run },
    digest: null,
    details: { reason },
  });
  await saveFindings(ports, "approval-void", [
    {
      code: "approve.void",
      gate: "approve",
      severity: "error",
      subject: { kind: "run", name: ports.run },
      message: `The approval no longer holds: ${reason}.`,
      remedy: { text: "Start a new run, so that people see what would run now.", command: "schema-gate run" },
    },
  ]);
  return { status: "void", index: -1, hosts: [] };
}

/** A tenant that joined after the gates has not been looked at: it is reported, never migrated unseen. Returns those that lie elsewhere. */
async function joinedAndMoved(ports: Ports): Promise<readonly string[]> {
  const known = new Map((await need<readonly Tenant[]>(ports, artifact.fleet)).map((tenant) => [tenant.id, tenant]));
  const listed = await ports.registry.tenants();
  const joined = listed.filter((tenant) => !known.has(tenant.id));
  const findings = joined.map(
    (tenant): Finding => ({
      code: "rollout.joined",
      gate: "rollout",
      severity: "warning",
      subject: { kind: "tenant", name: tenant.id },
      message: `Tenant ${tenant.id} joined the registry after the gates; this run does not migrate it.`,
      remedy: { text: "Run the release again; tenants that have it are left alone.", command: "schema-gate run" },
      tenants: [tenant.id],
    }),
  );
  await saveFindings(ports, "joined", findings);
  return listed.flatMap((tenant) => {
    const gated = known.get(tenant.id);
    return gated && placeOf(gated) !== placeOf(tenant)
      ? [`tenant ${tenant.id} to ${placeOf(tenant)}, where ${placeOf(gated)} was approved`]
      : [];
  });
}
