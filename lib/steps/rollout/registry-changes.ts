import type { Finding } from "../../core/finding.js";
import type { Ports } from "../../ports/ports.js";
import { placeOf, type Tenant } from "../../ports/registry.js";
import { saveFindings } from "../run/findings.js";
import { artifact, need, type RegistryChanges } from "../run/records.js";
import type { RunScope } from "../run/run-scope.js";

export interface RegistryNow extends RegistryChanges {
  /** Tenants whose address differs from the approved one, in words. */
  readonly moved: readonly string[];
}

/** How the registry differs from its state when the run began. Reads it again, and changes nothing. */
export async function registryNow(ports: Pick<Ports, "run" | "artifacts" | "registry">): Promise<RegistryNow> {
  const fleet = await need<readonly Tenant[]>(ports, artifact.fleet);
  const scope = await ports.artifacts.get<RunScope>(artifact.scope);
  const known = new Set(scope?.listed ?? fleet.map(({ id }) => id));
  const listed = await ports.registry.tenants();
  const now = new Map(listed.map((tenant) => [tenant.id, tenant]));
  return {
    joined: listed.filter(({ id }) => !known.has(id)).map(({ id }) => id),
    gone: fleet.filter(({ id }) => !now.has(id)).map(({ id }) => id),
    moved: fleet.flatMap((gated) => {
      const tenant = now.get(gated.id);
      return tenant && placeOf(gated) !== placeOf(tenant)
        ? [`tenant ${gated.id} to ${placeOf(tenant)}, where ${placeOf(gated)} was approved`]
        : [];
    }),
  };
}

/**
 * A tenant that joined after the gates has not been examined: it is reported, never migrated unseen. One that is gone is skipped. Stores
 * both with the run, and records what is new in the trail.
 */
export async function noteRegistry(ports: Ports, { joined, gone }: RegistryChanges): Promise<void> {
  const before = await ports.artifacts.get<RegistryChanges>(artifact.registry);
  const same = (a: readonly string[], b: readonly string[] = []) => a.join("\n") === b.join("\n");
  if (same(joined, before?.joined) && same(gone, before?.gone)) return;
  await ports.artifacts.put(artifact.registry, { joined, gone } satisfies RegistryChanges);
  await saveFindings(ports, "joined", [...joined.map(appeared), ...gone.map(departed)]);
  await ports.audit.append({
    actor: "schema-gate",
    action: "registry.changed",
    subject: { kind: "run", name: ports.run },
    digest: null,
    details: { joined: [...joined], gone: [...gone] },
  });
}

function appeared(id: string): Finding {
  return {
    code: "rollout.joined",
    gate: "rollout",
    severity: "warning",
    subject: { kind: "tenant", name: id },
    message: `Tenant ${id} joined the registry after the gates; this run does not migrate it.`,
    remedy: { text: "Run the release again; tenants that have it are left alone.", command: "schema-gate run" },
    tenants: [id],
  };
}

function departed(id: string): Finding {
  return {
    code: "rollout.gone",
    gate: "rollout",
    severity: "warning",
    subject: { kind: "tenant", name: id },
    message: `Tenant ${id} is no longer in the registry; the rollout skips it.`,
    remedy: { text: "Nothing, if it was removed on purpose; otherwise add it again and run the release again." },
    tenants: [id],
  };
}
