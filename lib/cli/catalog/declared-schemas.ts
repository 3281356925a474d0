import { systemClock } from "../../adapters/local/system-clock.js";
import { clusterTenants } from "../../core/catalog/clusters.js";
import type { Config } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import { sharedSchemas } from "../../core/isolation/shared-schemas.js";
import type { Database } from "../../ports/database.js";
import { cloneName } from "../../steps/catalog/declared.js";
import { type DeclaredCatalogs, declaredCatalogs } from "../../steps/catalog/declared-catalogs.js";
import type { FleetReading } from "../../steps/catalog/read-fleet.js";
import { newRunId } from "../run/run-id.js";
import { releaseOfConfig } from "./release-of-config.js";

/** The declared schema of each cluster of a fleet, from the migrations that the config names. */
export async function declaredSchemas(
  database: Database,
  config: Config,
  directory: string,
  reading: FleetReading,
): Promise<DeclaredCatalogs> {
  if (config.migrator !== undefined) return without("a team's own migrator declares no schema");
  if (config.staging.mode === "snapshot") return without("only the state machine makes copies of snapshots");
  const fleet = new Map(reading.tenants.map(({ tenant }) => [tenant.id, tenant]));
  const clusters = clusterTenants(
    reading.tenants.flatMap(({ tenant, fingerprint }) =>
      fingerprint === null ? [] : [{ tenant: tenant.id, fingerprint }],
    ),
  ).flatMap(({ fingerprint, tenants: [first = ""] }) => {
    const tenant = fleet.get(first);
    return tenant ? [{ fingerprint, tenant }] : [];
  });
  const tenants = clusters.map(({ tenant }) => tenant);
  const release = await releaseOfConfig(database, config, directory, tenants);
  if (typeof release === "string") return without(release);
  const opaque = release.findings.find(({ unknown }) => unknown === true);
  if (opaque) return without(`not every migration is understood: ${opaque.message}`);
  const name = cloneName(newRunId(systemClock.now()), "inspect");
  const schemas = reading.tenants.flatMap(({ tenant }) => tenant.schema ?? []);
  const place = { name, schemas, shared: sharedSchemas(config) };
  return declaredCatalogs({ database, clock: systemClock }, release, clusters, place);
}

function without(reason: string): DeclaredCatalogs {
  const finding: Finding = {
    code: "introspect.undeclared",
    gate: "introspect",
    severity: "warning",
    subject: { kind: "release", name: "migrations" },
    message: `There is no declared schema to compare with, so clusters are compared with the majority: ${reason}`,
    remedy: { text: "Correct the migrations, or name what should be.", command: "schema-gate inspect --declared FILE" },
  };
  return { catalogs: new Map(), findings: [finding] };
}
