import { bytes, type Config, milliseconds } from "../../core/config/config.js";
import type { IsolationScope } from "../../core/isolation/scope.js";
import { sharedSchemas } from "../../core/isolation/shared-schemas.js";
import type { Release } from "../../core/migration/release.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { cloneName } from "../catalog/declared.js";
import { besideTenant } from "../isolation/isolation-scope.js";
import type { ClusterRecord } from "../run/records.js";
import type { ProveOnClone } from "./input.js";

interface ClusterOnClone {
  readonly cluster: ClusterRecord;
  /** The cluster's representative. */
  readonly tenant: Tenant;
  readonly members: readonly Tenant[];
  readonly fleet: readonly Tenant[];
  readonly scope: IsolationScope;
}

/** How the release of a run is executed on clones of one cluster's representative. */
export function proofInput(
  ports: Ports,
  config: Config,
  release: Release,
  { cluster, tenant, members, fleet, scope }: ClusterOnClone,
): ProveOnClone {
  return {
    isolation: { scope, ...besideTenant(tenant, members, fleet) },
    cluster: cluster.id,
    migrations: release.migrations.filter((migration) => cluster.pending.includes(migration.version)),
    schema: tenant.schema,
    makeClone: (purpose) => ports.database.clone(tenant, cloneName(ports.run, `${cluster.id}_${purpose}`)),
    difference: ports.schemaDifference,
    settings: {
      lockTimeout: milliseconds(config.rollout.lockTimeout),
      statementTimeout: milliseconds(config.timeouts.dryRun),
      concurrentTimeout: milliseconds(config.timeouts.dryRun),
      shared: sharedSchemas(config),
    },
    keepLimit: bytes(config.rollback.keepLimit),
    growthLimit: bytes(config.dryRun.growthLimit),
    largeScan: config.dryRun.largeScan,
    acceptances: {
      now: ports.clock.now(),
      list: config.rollback.accept.map((one) => ({ ...one, expires: Date.parse(one.expires) })),
    },
    analyze: config.rollout.analyze,
    clock: ports.clock,
    ...(config.connection.superuser === undefined ? {} : { superuser: config.connection.superuser }),
    ...(ports.migrator ? { migrator: ports.migrator } : {}),
    thorough: true,
    signal: ports.stop,
  };
}
