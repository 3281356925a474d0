import { expect } from "vitest";
import { AwsFleet } from "../../../lib/adapters/aws/aws-fleet.js";
import { s3Artifacts } from "../../../lib/adapters/aws/s3-artifacts.js";
import { S3Audit } from "../../../lib/adapters/aws/s3-audit.js";
import { s3Rollouts } from "../../../lib/adapters/aws/s3-rollouts.js";
import { type Config, configSchema } from "../../../lib/core/config/config.js";
import type { AuditTrail } from "../../../lib/ports/audit.js";
import type { Clock } from "../../../lib/ports/clock.js";
import type { Ports } from "../../../lib/ports/ports.js";
import type { Tenant } from "../../../lib/ports/registry.js";
import type { HostPlan } from "../../../lib/steps/run/records.js";
import type { MemoryBucket } from "./memory-bucket.js";

export const RUN = "scale";

export interface Fleet {
  readonly tenants: number;
  readonly hosts: number;
  readonly connections: number;
  readonly maxWave: number;
}

let now = Date.UTC(2026, 10, 22);
const CLOCK = { now: () => now++, monotonic: () => now } as unknown as Clock;

export function configOf({ connections, maxWave }: Fleet): Config {
  return configSchema.parse({
    migrations: "migrations",
    registry: { file: "tenants.csv" },
    staging: { mode: "same host" },
    connectionsPerHost: connections,
    rollout: { canary: 1, growth: 3, maxWave, onFailure: "rollback all" },
  });
}

export function fleetOf({ tenants, hosts }: Fleet): readonly Tenant[] {
  return Array.from({ length: tenants }, (_, index) => ({
    id: `tenant-${String(index).padStart(6, "0")}`,
    group: null,
    host: `cluster-${String(index % hosts).padStart(4, "0")}.c1a2b3c4d5e6.eu-central-1.rds.amazonaws.com:5432`,
    database: `tenant_${String(index).padStart(6, "0")}`,
    schema: null,
  }));
}

export function batchesOf(hosts: readonly HostPlan[]): number {
  return hosts.reduce((sum, host) => sum + host.batches.length, 0);
}

/** The registry's file, each tenant with a secret of its own. */
export function registryText(tenants: readonly Tenant[]): string {
  const rows = tenants.map(({ id, host, database }) => `${id},postgres://gate@${host}/${database},tenants/${id}`);
  return ["id,url,secret", ...rows, ""].join("\n");
}

/** As a process of its own reads it, which works on a batch or on none. */
export function registryOver(bucket: MemoryBucket, config: Config, batch: string | null): AwsFleet {
  const unasked = async () => expect.unreachable("no database is reached");
  const secrets = { resolve: unasked, forget: () => {} };
  return new AwsFleet({
    config,
    secrets,
    store: bucket.asStore(),
    run: RUN,
    batch,
    source: "s3:registry/tenants.csv",
    iamToken: unasked,
  });
}

/** As a process of its own opens it. */
export function trailOver(bucket: MemoryBucket): AuditTrail {
  return new S3Audit({ store: bucket.asStore(), run: RUN, clock: CLOCK, retention: null });
}

export function portsOver(bucket: MemoryBucket, config: Config): Ports {
  return {
    run: RUN,
    artifacts: s3Artifacts(bucket.asStore(), `runs/${RUN}`),
    audit: trailOver(bucket),
    approvals: { read: async () => null },
    clock: CLOCK,
    database: {},
    events: { emit: () => {} },
    registry: registryOver(bucket, config, null),
    rollouts: s3Rollouts(bucket.asStore(), CLOCK),
    stop: new AbortController().signal,
    // As a function has one.
    deadline: Number.MAX_SAFE_INTEGER,
  } as unknown as Ports;
}
