import { z } from "zod";
import type { Catalog } from "../../core/catalog/catalog.js";
import { type Config, milliseconds } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import type { Migration, Release } from "../../core/migration/release.js";
import { plural } from "../../core/plural.js";
import { loadParser } from "../../core/sql/parse.js";
import { DatabaseError } from "../../ports/database.js";
import { Interrupted, type Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { automaticCode } from "../catalog/automatic-code.js";
import { isolationScope } from "../isolation/isolation-scope.js";
import { CONTAIN, NotContained } from "../migration/contained.js";
import { probeDerived } from "../probing/probe-derived.js";
import { ownSchemaFindings } from "../proof/own-schema-rights.js";
import { proofInput } from "../proof/proof-input.js";
import { proofRecord } from "../proof/proof-record.js";
import { proveOnClone } from "../proof/prove-on-clone.js";
import { sharedRightsFindings } from "../proof/shared-rights.js";
import { GrowthUnknown } from "../proof/watch-growth.js";
import { offer, provedPlans } from "../rewrite/proved-plans.js";
import { driverFindings } from "../run/driver-limits.js";
import { saveFindings } from "../run/findings.js";
import type { MemberReading } from "../run/member-reading.js";
import { artifact, type ClusterRecord, need } from "../run/records.js";
import type { Step } from "../run/step.js";
import { needRequest } from "../run/stored-request.js";

const input = z.object({ run: z.string(), cluster: z.string() });

interface Output {
  readonly ok: boolean;
  readonly cluster: string;
}

/** The release and its way back, executed on clones of the cluster's largest tenant, and compared with the state before. */
export const dryRun: Step<z.infer<typeof input>, Output> = {
  name: "dry-run",
  input,
  settled: (output) => output.ok,
  async run(ports, { cluster: id }) {
    await loadParser();
    const clusters = await need<readonly ClusterRecord[]>(ports, artifact.clusters);
    const fleet = await need<readonly Tenant[]>(ports, artifact.fleet);
    const cluster = clusters.find((one) => one.id === id);
    const tenant = fleet.find((one) => one.id === cluster?.representative);
    if (!cluster || !tenant) throw new Error(`the run ${ports.run} has no cluster ${id}`);
    const members = fleet.filter((one) => cluster.tenants.includes(one.id));
    const ok = await proveOne(ports, cluster, tenant, members, fleet);
    ports.events.emit({ type: "advance", phase: "DryRun", count: 1 });
    return { ok, cluster: id };
  },
};

/** How many tenants of a cluster are tried, one after the other, until one can be cloned. */
const MOST_CLONED = 4;

/** On a clone of the representative, or of the cluster's next tenant if that cannot be cloned. */
async function proveOne(
  ports: Ports,
  cluster: ClusterRecord,
  representative: Tenant,
  members: readonly Tenant[],
  fleet: readonly Tenant[],
): Promise<boolean> {
  const failures: NoClone[] = [];
  for (const tenant of (await byPlace(ports, cluster, representative, members)).slice(0, MOST_CLONED)) {
    try {
      return await prove(ports, cluster, tenant, members, fleet, failures);
    } catch (error) {
      if (!(error instanceof NoClone)) throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  if (first)
    await saveFindings(ports, `dry-run-${cluster.id}`, [unproved(cluster, first.tenant, first.error, failures.length)]);
  return false;
}

/** The representative first; then those on another server, where its reason may not apply; the largest before the others. */
async function byPlace(
  ports: Ports,
  cluster: ClusterRecord,
  representative: Tenant,
  members: readonly Tenant[],
): Promise<readonly Tenant[]> {
  const { config } = await needRequest(ports);
  const sizes = new Map((await readings(ports, cluster)).map(({ tenant, bytes }) => [tenant, bytes ?? 0]));
  const others = members.filter(
    // Copies that the run makes at RDS are only of the representative's server.
    ({ id, host }) => id !== representative.id && (config.staging.mode !== "snapshot" || host === representative.host),
  );
  const far = ({ host }: Tenant) => (host === representative.host ? 1 : 0);
  return [
    representative,
    ...others.toSorted((a, b) => far(a) - far(b) || (sizes.get(b.id) ?? 0) - (sizes.get(a.id) ?? 0)),
  ];
}

function readings(ports: Ports, { id }: ClusterRecord): Promise<readonly MemberReading[]> {
  return need<readonly MemberReading[]>(ports, artifact.members(id));
}

/** No clone of this tenant could be made; that says nothing about the release. */
class NoClone extends Error {
  override readonly name = "NoClone";
  constructor(
    readonly tenant: Tenant,
    readonly error: DatabaseError,
  ) {
    super(error.message);
  }
}

async function prove(
  ports: Ports,
  cluster: ClusterRecord,
  tenant: Tenant,
  members: readonly Tenant[],
  fleet: readonly Tenant[],
  failures: readonly NoClone[],
): Promise<boolean> {
  const { config } = await needRequest(ports);
  const release = await need<Release>(ports, artifact.release);
  const key = `dry-run-${cluster.id}`;
  try {
    const { scope, findings: missing } = await isolationScope(ports, config, fleet, members);
    if (missing.length > 0) {
      await saveFindings(
        ports,
        key,
        missing.map((each) => ({ ...each, tenants: cluster.tenants })),
      );
      return false;
    }
    const common = proofInput(ports, config, release, { cluster, tenant, members, fleet, scope });
    const makeClone = (purpose: string) =>
      common.makeClone(purpose).catch((error: unknown) => {
        throw error instanceof DatabaseError ? new NoClone(tenant, error) : error;
      });
    const codeOfOthers = await codeInTenant(ports, config, tenant, common.migrations);
    const catalog = await need<Catalog>(ports, artifact.catalog(cluster.fingerprint));
    const proof = await proveOnClone({ ...common, tenant: catalog, makeClone, codeOfOthers });
    if (proof.output !== null) await ports.artifacts.putText(artifact.migratorOutput(cluster.id), proof.output);
    const { record, findings } = await proofRecord(ports, release, cluster, tenant, proof);
    const plans = await provedPlans(ports, cluster, { ...common, makeClone }, catalog, proof.ms);
    await ports.artifacts.put(artifact.proof(cluster.id), plans.length > 0 ? { ...record, plans } : record);
    const beyond = await driverFindings(ports, members, proof.statements);
    const derived = await probeDerived(ports, cluster, proof.derived);
    const read = await readings(ports, cluster);
    const rights = ownSchemaFindings(members, read, { migrations: common.migrations, rollbacks: proof.rollbacks });
    const usage = sharedRightsFindings(tenant, members, read, common.migrations);
    const instead = failures.map((failure) => clonedInstead(cluster, failure, tenant));
    const offered = plans.map((plan) => offer(plan, config.migrations));
    await saveFindings(ports, key, [...findings, ...beyond, ...derived, ...rights, ...usage, ...instead, ...offered]);
    return record.after !== null;
  } catch (error) {
    // A process that ran out of time has found out nothing; one with more time starts again.
    if (ports.stop.aborted) throw new Interrupted(`the proof of cluster ${cluster.id} needs more time than was left`);
    if (!(error instanceof DatabaseError)) throw error;
    await saveFindings(ports, key, [unproved(cluster, tenant, error, 1)]);
    return false;
  }
}

/** Asked in the tenant itself: the rollout executes there as the login, while a clone may be executed on by a role that can do less. */
async function codeInTenant(
  { database }: Ports,
  config: Config,
  tenant: Tenant,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  const session = await database.connect(tenant, {
    purpose: "read",
    statementTimeout: milliseconds(config.timeouts.read),
    lockTimeout: milliseconds(config.rollout.lockTimeout),
  });
  try {
    return await automaticCode(session, migrations);
  } finally {
    await session.close();
  }
}

/** Reported, since what was measured there is scaled to the size of the others. */
function clonedInstead(cluster: ClusterRecord, { tenant, error }: NoClone, other: Tenant): Finding {
  return {
    code: "dry-run.other-clone",
    gate: "dry-run",
    severity: "note",
    subject: { kind: "cluster", name: cluster.id },
    message: `No clone of tenant ${tenant.id} could be made (${error.message} [${error.code}]); tenant ${other.id}, which has the same schema, was cloned instead.`,
    tenants: [tenant.id],
  };
}

function unproved(cluster: ClusterRecord, tenant: Tenant, error: DatabaseError, tried: number): Finding {
  const base = {
    gate: "dry-run",
    severity: "error",
    unknown: true,
    subject: { kind: "cluster", name: cluster.id },
    tenants: cluster.tenants,
  } as const;
  if (error instanceof NotContained)
    return {
      ...base,
      code: "dry-run.uncontained",
      message: `The release was not executed on a clone of tenant ${tenant.id}: ${error.message}.`,
      remedy: { text: CONTAIN, sql: error.remedy, command: "schema-gate doctor" },
    };
  const more = tried > 1 ? `, nor of ${plural(tried - 1, "other tenant")} with the same schema` : "";
  const unwatched = error instanceof GrowthUnknown;
  return {
    ...base,
    code: unwatched ? "dry-run.growth-unknown" : "dry-run.no-clone",
    message: `The release could not be tried on a clone of tenant ${tenant.id}${more}: ${error.message} [${error.code}].`,
    remedy: {
      text: unwatched
        ? "See in the log of the clone's server why it ended the session, then check again."
        : "Give the gate a staging server that holds a snapshot of the tenants: staging.mode and staging.url in the config.",
    },
  };
}
