import type { Finding } from "../../core/finding.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { approvedOf } from "../run/approved.js";
import { cutIntoBatches, keepWays } from "../run/batches.js";
import { saveFindings } from "../run/findings.js";
import {
  artifact,
  type ClusterRecord,
  type HostPlan,
  need,
  type RegistryChanges,
  type TenantProgress,
  type WavePlan,
} from "../run/records.js";
import { needRequest } from "../run/stored-request.js";
import { claimFleet } from "./claim-fleet.js";
import { holdPlan, underPlan } from "./held-plan.js";
import { held } from "./held-to-trail.js";
import { targetsOfWaves } from "./planned-batches.js";
import { purgedTenants } from "./purged-tenants.js";
import { noteRegistry, registryNow } from "./registry-changes.js";

/** What an earlier rollback reported about tenants; the next one reports it again if it still holds. */
const EARLIER = /^findings\/(rollout-RollBack-.*)\.json$/;

export interface BegunRollback {
  readonly hosts: readonly HostPlan[];
  /** Digest of what they are taken back by. */
  readonly held: string;
}

/**
 * Splits the tenants that a person wants taken back into batches, and records it in the audit trail. Throws when another run is changing
 * one of them.
 */
export async function beginRollback(ports: Ports, by: string, tenants: readonly string[]): Promise<BegunRollback> {
  const { changed, files } = await held(ports, "rollback");
  if (changed.length > 0)
    throw new Error(`what was approved is not what lies in the run's folder any more: ${changed.join(", ")}`);
  const { config } = await needRequest(ports);
  const { joined, gone } = await registryNow(ports);
  await noteRegistry(ports, { joined, gone });
  const wanted = new Set(tenants.filter((id) => !gone.includes(id)));
  if (wanted.size === 0) throw new Error("the registry lists none of these tenants any more");
  const fleet = (await need<readonly Tenant[]>(ports, artifact.fleet)).filter((tenant) => wanted.has(tenant.id));
  const own = underPlan(ports, files);
  const waves = await need<readonly WavePlan[]>(own, artifact.waves);
  const approved = approvedOf(await need<readonly ClusterRecord[]>(own, artifact.clusters), waves);
  const purged = await purgedTenants(ports, fleet, approved);
  if (purged.length > 0) throw new Error(purgedText(purged, fleet.length));
  if (!(await claimFleet(ports, fleet))) {
    const [busy] = (await ports.artifacts.get<readonly Finding[]>(artifact.findings("rollout-busy"))) ?? [];
    throw new Error(busy?.message ?? "another run is changing these tenants");
  }
  for (const key of await ports.artifacts.list("findings")) {
    const name = EARLIER.exec(key)?.[1];
    if (name !== undefined) await saveFindings(ports, name, []);
  }
  const { seq } = await ports.audit.append({
    actor: by,
    action: "rollback.started",
    subject: { kind: "run", name: ports.run },
    digest: null,
    details: { tenants: [...tenants] },
  });
  ports.events.emit({ type: "size", of: "wave", count: fleet.length });
  const targets = await targetsOfWaves(ports, waves);
  const known = { targets, ...approved };
  const cut = await cutIntoBatches(ports, `rollback-by-hand-${seq}`, fleet, config.connectionsPerHost, known);
  await keepWays(ports, cut.batches);
  return { hosts: cut.hosts, held: await holdPlan(ports, { ...files, ...cut.files }) };
}

/** Refused as a whole, before the first tenant is touched: nobody should find out halfway. */
function purgedText(purged: readonly string[], all: number): string {
  const where = purged.length === all ? "every tenant" : purged.join(", ");
  const others =
    purged.length === all
      ? "Only a backup has them; a new migration can take the schema back without them"
      : `The others can be taken back: --exclude ${purged.join(" ")}`;
  return `rows that the way back would restore were purged in ${where}, so nothing was taken back. ${others}`;
}

/** Those of these tenants that are still in the registry and are not in the state before the release. */
export async function notTakenBack(ports: Ports, tenants: readonly string[]): Promise<readonly string[]> {
  const { gone = [] } = (await ports.artifacts.get<RegistryChanges>(artifact.registry)) ?? {};
  const left: string[] = [];
  for (const id of tenants) {
    if (gone.includes(id)) continue;
    const progress = await ports.artifacts.get<TenantProgress>(artifact.tenant(id));
    if (progress?.status !== "rolled back") left.push(id);
  }
  return left;
}
