import { type Config, milliseconds } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import { sharedSchemas } from "../../core/isolation/shared-schemas.js";
import { plural } from "../../core/plural.js";
import { isRefusal, type Refusal } from "../../core/queries/description.js";
import { brokenInTenant, undescribed } from "../../core/queries/tenant-findings.js";
import type { Health } from "../../core/rollout/breaker.js";
import { DatabaseError } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import { RegistryError, type Tenant } from "../../ports/registry.js";
import { targetsOfWaves } from "../rollout/planned-batches.js";
import { artifact, type ClusterRecord, need, type TenantProgress, type WavePlan } from "../run/records.js";
import { heldTo, primaryOf, type Target } from "../run/target.js";
import { describeQueries } from "./describe-queries.js";
import type { VerifiedQueries, WorkingQuery } from "./query-records.js";

interface Verification {
  readonly health: Health;
  readonly findings: readonly Finding[];
}

/**
 * Describes the application's queries again in the first tenant of each cluster that has the release. Read-only: nothing is planned or
 * executed. Null without a workload.
 */
export async function verifyQueries(
  ports: Ports,
  config: Config,
  said: readonly (TenantProgress | null)[],
  wave: WavePlan,
): Promise<Verification | null> {
  if (!config.workload) return null;
  const targets = await targetsOfWaves(ports, [wave]);
  const findings: Finding[] = [];
  const bad: Health[] = [];
  for (const { cluster, tenant } of await firstOfEach(ports, said)) {
    const { health, findings: own } = await verifyIn(ports, config, cluster, tenant, targets[tenant.id] ?? null);
    findings.push(...own);
    if (health.status !== "healthy") bad.push(health);
  }
  const worst = bad.find(({ status }) => status === "unhealthy") ?? bad[0];
  return { health: worst ?? { status: "healthy" }, findings };
}

/** A cluster that was already asked is not asked again, except through the same tenant: then the wave is being retried. */
async function firstOfEach(ports: Ports, said: readonly (TenantProgress | null)[]) {
  const clusters = await need<readonly ClusterRecord[]>(ports, artifact.clusters);
  const fleet = new Map((await need<readonly Tenant[]>(ports, artifact.fleet)).map((tenant) => [tenant.id, tenant]));
  const migrated = new Set(said.flatMap((each) => (each?.status === "migrated" ? [each.tenant] : [])));
  const first: { readonly cluster: string; readonly tenant: Tenant }[] = [];
  for (const { id, tenants } of clusters) {
    const tenant = fleet.get(tenants.find((each) => migrated.has(each)) ?? "");
    if (!tenant) continue;
    const earlier = await ports.artifacts.get<VerifiedQueries>(artifact.queries(id, "verified"));
    if (earlier?.broken === 0 && !migrated.has(earlier.tenant)) continue;
    first.push({ cluster: id, tenant });
  }
  return first;
}

async function verifyIn(
  ports: Ports,
  config: Config,
  cluster: string,
  tenant: Tenant,
  target: Target | null,
): Promise<Verification> {
  const queries = await ports.artifacts.get<readonly WorkingQuery[]>(artifact.queries(cluster, "working"));
  if (queries === null) return unknown(tenant, "the run has no examined queries for it");
  try {
    const { broken, unsaid } = await describeIn(
      { ...ports, database: heldTo(primaryOf(ports.database), target) },
      config,
      tenant,
      queries,
    );
    const result = { tenant: tenant.id, described: queries.length - unsaid, broken: broken.length, unsaid };
    await ports.artifacts.put(artifact.queries(cluster, "verified"), result satisfies VerifiedQueries);
    return verdictOf(config, tenant, broken, unsaid);
  } catch (error) {
    if (!(error instanceof DatabaseError || error instanceof RegistryError)) throw error;
    return unknown(tenant, error.message);
  }
}

interface Broken {
  readonly query: WorkingQuery;
  readonly refusal: Refusal;
}

async function describeIn(ports: Ports, config: Config, tenant: Tenant, queries: readonly WorkingQuery[]) {
  const { database } = ports;
  const timeout = milliseconds(config.timeouts.read);
  const session = await database.connect(tenant, { purpose: "read", statementTimeout: timeout, lockTimeout: 1_000 });
  try {
    const scope = { schema: tenant.schema, shared: sharedSchemas(config), role: config.workload?.role ?? null };
    const sides = await describeQueries(session, queries, { ...scope, plans: false });
    const broken: Broken[] = [];
    let unsaid = 0;
    for (const query of queries) {
      const side = sides.get(query);
      if (!side || !("described" in side)) unsaid++;
      else if (isRefusal(side.described)) broken.push({ query, refusal: side.described });
    }
    return { broken, unsaid };
  } finally {
    await session.close();
  }
}

function verdictOf(config: Config, tenant: Tenant, broken: readonly Broken[], unsaid: number): Verification {
  const required = config.workload?.required === true;
  const findings = [
    ...brokenInTenant(tenant.id, broken),
    ...(unsaid > 0 ? [undescribed(tenant.id, plural(unsaid, "query", "queries"), required)] : []),
  ];
  const [first] = broken;
  if (first) {
    const reason = `${plural(broken.length, "query", "queries")} in ${tenant.id}; the first: ${first.refusal.message}`;
    return { health: { status: "unhealthy", reason }, findings };
  }
  if (required && unsaid > 0)
    return { health: { status: "unknown", reason: `${plural(unsaid, "query", "queries")} in ${tenant.id}` }, findings };
  return { health: { status: "healthy" }, findings };
}

function unknown({ id }: Tenant, reason: string): Verification {
  return {
    health: { status: "unknown", reason: `${id}: ${reason}` },
    findings: [undescribed(id, "The workload", true, reason)],
  };
}
