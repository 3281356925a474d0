import type { Finding } from "../../core/finding.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import type { ActiveRollout } from "../../ports/rollouts.js";
import { saveFindings } from "../run/findings.js";

/** Claims these tenants for this run's changes; false, with a finding, if another run is changing one of them. */
export async function claimFleet(ports: Ports, tenants: readonly Tenant[]): Promise<boolean> {
  const since = new Date(ports.clock.now()).toISOString();
  const other = await ports.rollouts.begin(ports.run, names(tenants), since);
  await saveFindings(ports, "rollout-busy", other ? [busy(ports.run, other)] : []);
  return other === null;
}

/** Throws when another run is changing one of these tenants: reading a fleet that changes meanwhile proves nothing. */
export async function refuseBusyFleet(ports: Ports, tenants: readonly Tenant[]): Promise<void> {
  const other = await ports.rollouts.other(ports.run, names(tenants));
  if (other) throw new Error(messageOf(other));
}

function names(tenants: readonly Tenant[]): readonly string[] {
  return tenants.map(({ host, database, schema }) => `${host}/${database}/${schema ?? ""}`);
}

function messageOf(other: ActiveRollout): string {
  return `the run ${other.run} has been changing tenants of this fleet since ${other.since}; two rollouts at once are refused`;
}

function busy(run: string, other: ActiveRollout): Finding {
  return {
    code: "rollout.busy",
    gate: "rollout",
    severity: "error",
    subject: { kind: "run", name: run },
    message: `The rollout did not start: ${messageOf(other)}.`,
    remedy: {
      text: "Wait until it ends, then continue. If it changed tenants of yours, they are refused and a new run is needed.",
      command: `schema-gate status ${other.run} --watch`,
    },
  };
}
