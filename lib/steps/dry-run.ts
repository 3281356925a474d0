import { z } from "zod";
import type { Catalog } from "../core/catalog/catalog.js";
import { compareCatalogs, type Difference } from "../core/catalog/compare.js";
import { fingerprint } from "../core/catalog/fingerprint.js";
import { milliseconds } from "../core/config/config.js";
import { ledgerFor } from "../core/release/ledgers/ledgers.js";
import type { Release } from "../core/release/release.js";
import type { RollbackPlan } from "../core/rollback/plan.js";
import type { Session } from "../ports/database.js";
import type { Ports } from "../ports/ports.js";
import type { Tenant } from "../ports/registry.js";
import { readCatalog } from "./catalog/read-catalog.js";
import { cloneName } from "./declared.js";
import { saveFindings } from "./findings.js";
import { applyMigration } from "./migration/apply-migration.js";
import { applyRollback } from "./migration/apply-rollback.js";
import { contractFindings } from "./pending.js";
import { artifact, type ClusterRecord, need, type ProofRecord, type RunRequest } from "./records.js";
import type { Step } from "./step.js";

const input = z.object({ run: z.string(), cluster: z.string() });

interface Output {
  readonly ok: boolean;
  readonly cluster: string;
}

/** The release and its way back, executed on a clone of the cluster's largest tenant, and compared with what was before. */
export const dryRun: Step<z.infer<typeof input>, Output> = {
  name: "dry-run",
  input,
  settled: (output) => output.ok,
  async run(ports, { cluster: id }) {
    const clusters = await need<readonly ClusterRecord[]>(ports, artifact.clusters);
    const fleet = await need<readonly Tenant[]>(ports, artifact.fleet);
    const cluster = clusters.find((one) => one.id === id);
    const tenant = fleet.find((one) => one.id === cluster?.representative);
    if (!cluster || !tenant) throw new Error(`the run ${ports.run} has no cluster ${id}`);
    const { config } = await need<RunRequest>(ports, artifact.request);
    const clone = await ports.database.clone(tenant, cloneName(ports.run, id));
    let session: Session | null = null;
    try {
      session = await clone.open({
        purpose: "write",
        statementTimeout: milliseconds(config.timeouts.dryRun),
        lockTimeout: 5000,
      });
      const record = await prove(ports, session, cluster, tenant);
      await ports.artifacts.put(artifact.proof(id), record);
      ports.events.emit({ type: "advance", phase: "DryRun", count: 1 });
      return { ok: record.after !== null, cluster: id };
    } finally {
      await session?.close();
      await clone.drop();
    }
  },
};

const SETTINGS = { lockTimeout: 5000, statementTimeout: 0, concurrentTimeout: 0 };

async function prove(ports: Ports, session: Session, cluster: ClusterRecord, tenant: Tenant): Promise<ProofRecord> {
  const release = await need<Release>(ports, artifact.release);
  const plan = await need<RollbackPlan>(ports, artifact.rollback(cluster.id));
  const ledger = ledgerFor(release.convention, tenant.schema);
  const started = ports.clock.monotonic();
  const common = { ledger, settings: SETTINGS, schema: tenant.schema, clock: ports.clock };
  const onTheWay: string[] = [];
  for (const migration of release.migrations.filter((one) => cluster.pending.includes(one.version))) {
    await applyMigration(session, { ...common, migration, isolation: migration.up.isolation, keep: [] });
    onTheWay.push(fingerprint(await readCatalog(session, tenant.schema)));
  }
  const after = await readCatalog(session, tenant.schema);
  const rollbacks = plan.migrations.flatMap(({ version, candidates: [candidate] }) =>
    candidate ? [{ version, candidate }] : [],
  );
  for (const { version, candidate } of rollbacks.toReversed()) {
    const at = release.migrations.findIndex((one) => one.version === version);
    const migration = release.migrations[at];
    if (migration) {
      const previous = release.migrations[at - 1] ?? null;
      await applyRollback(session, { ...common, migration, previous, candidate });
    }
  }
  const back = fingerprint(await readCatalog(session, tenant.schema));
  const broken = contractFindings(release, cluster, "after", after, tenant.schema);
  await saveFindings(ports, `dry-run-${cluster.id}`, broken);
  const proved = back === cluster.fingerprint && broken.length === 0;
  return {
    cluster: cluster.id,
    ms: ports.clock.monotonic() - started,
    endedAt: new Date(ports.clock.now()).toISOString(),
    after: proved ? fingerprint(after) : null,
    onTheWay,
    rollbacks,
    standing: proved ? "exact" : "unproved",
    locks: [],
    rewrites: [],
    remaining: await remaining(ports, cluster, after),
  };
}

/** What the cluster still differs in from the declared schema after the release. */
async function remaining(ports: Ports, cluster: ClusterRecord, after: Catalog): Promise<readonly Difference[]> {
  if (!cluster.declared) return [];
  const declared = await need<Catalog>(ports, artifact.catalog(cluster.declared.after));
  return compareCatalogs(after, declared).differences;
}
