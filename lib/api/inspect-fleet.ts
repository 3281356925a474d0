import { Fleet } from "../adapters/local/fleet.js";
import { localSecrets } from "../adapters/local/secrets.js";
import { openSession } from "../adapters/pg/connection.js";
import { type Cluster, clusterTenants } from "../core/catalog/clusters.js";
import { groupBy } from "../core/group-by.js";
import type { Tenant } from "../ports/registry.js";
import { KnownCatalogs, readFingerprint } from "../steps/catalog/read-catalog.js";
import { readConfig } from "./read-config.js";

export interface FleetInspection {
  /** Tenants with the same schema, the largest cluster first. */
  readonly clusters: readonly Cluster[];
  /** Tenants that could not be read, and why. They are never treated as equal to anything. */
  readonly unknown: readonly { readonly tenant: string; readonly reason: string }[];
}

export interface InspectFleetOptions {
  /** Path of the config. Default: `schema-gate.yaml`. */
  readonly config?: string;
  /** Where secrets of the form `env:NAME` are read from. Default: this process's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Reads every tenant's schema, read-only, as many at a time per host as the config allows. Throws for an invalid config or registry. */
export async function inspectFleet(options: InspectFleetOptions = {}): Promise<FleetInspection> {
  const { config, directory } = readConfig(process.cwd(), options.config ?? "schema-gate.yaml");
  const fleet = new Fleet(config, localSecrets(options.environment ?? process.env, directory), directory);
  const hosts = groupBy(await fleet.tenants(), (tenant) => tenant.host);
  const known = new KnownCatalogs();
  const readings: { tenant: string; fingerprint: string }[] = [];
  const unknown: { tenant: string; reason: string }[] = [];
  const visit = async (tenant: Tenant) => {
    try {
      readings.push({ tenant: tenant.id, fingerprint: await fingerprintOf(fleet, tenant, known) });
    } catch (error) {
      unknown.push({ tenant: tenant.id, reason: (error as Error).message });
    }
  };
  const lanes = [...hosts.values()].flatMap((tenants) => {
    const queue = tenants[Symbol.iterator]();
    return Array.from({ length: config.connectionsPerHost }, async () => {
      for (const tenant of queue) await visit(tenant);
    });
  });
  await Promise.all(lanes);
  return { clusters: clusterTenants(readings), unknown: unknown.sort((a, b) => (a.tenant < b.tenant ? -1 : 1)) };
}

async function fingerprintOf(fleet: Fleet, tenant: Tenant, known: KnownCatalogs): Promise<string> {
  const { endpoint, replica } = await fleet.entry(tenant.id);
  const session = await openSession(replica ?? endpoint, {
    purpose: "read",
    statementTimeout: 30_000,
    lockTimeout: 1000,
  });
  try {
    return (await readFingerprint(session, tenant.schema, known)).fingerprint;
  } finally {
    await session.close();
  }
}
