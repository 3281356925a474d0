import { type Config, milliseconds } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import { sharedSchemas } from "../../core/isolation/shared-schemas.js";
import type { Release } from "../../core/migration/release.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import { pendingMigrations } from "../../core/release/pending.js";
import type { Session, SessionPool } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { allTablesFindings } from "../catalog/all-tables.js";
import { CatalogReader } from "../catalog/catalog-reader.js";
import { readLedger } from "../catalog/ledger.js";
import { logicalReplicaFindings } from "../catalog/logical-replica.js";
import { NotOurs } from "../catalog/own-objects.js";
import { readStatistics } from "../catalog/read-catalog.js";
import { withReaderPool } from "../catalog/reader-pool.js";
import { openReplica } from "../catalog/replica.js";
import { readLackedUsage, readRoleFacts, tenantRoleFindings } from "../catalog/tenant-role.js";
import { unreachable } from "../run/database-finding.js";
import { type BatchInput, batchInput, eachTenant, type TenantOutcome } from "../run/each-tenant.js";
import { artifact, need, type TenantReading } from "../run/records.js";
import type { Step } from "../run/step.js";
import { needRequest } from "../run/stored-request.js";
import { targetOf } from "../run/target.js";

interface Output {
  readonly ok: boolean;
  readonly batch: string;
}

/** Fingerprint, size, activity and ledger of each tenant of a batch, read-only. */
export const introspect: Step<BatchInput, Output> = {
  name: "introspect",
  input: batchInput,
  settled: (output) => output.ok,
  async run(ports, { batch }) {
    const { config, fresh = false } = await needRequest(ports);
    const release = await need<Release>(ports, artifact.release);
    const reader = new CatalogReader(ports.memory, fresh);
    const result = await withReaderPool((pool) =>
      eachTenant(ports, "Introspect", batch, (tenant) => readTenant(ports, release, tenant, config, { reader, pool })),
    );
    return { ok: result.records.every((record) => record.status === "read"), batch };
  },
};

async function readTenant(
  ports: Ports,
  release: Release,
  tenant: Tenant,
  config: Config,
  { reader, pool }: { readonly reader: CatalogReader; readonly pool: SessionPool },
): Promise<TenantOutcome<TenantReading>> {
  const timeout = milliseconds(config.timeouts.read);
  const started = ports.clock.monotonic();
  let session: Session | null = null;
  let roles: readonly Finding[] = [];
  try {
    const opened = await openReplica(ports.database, tenant, { statementTimeout: timeout, pool });
    session = opened.session;
    const facts = await readRoleFacts(session, tenant);
    roles = tenantRoleFindings(facts, tenant, config);
    const lacks = await readLackedUsage(session, tenant, sharedSchemas(config));
    const { fingerprint, catalog, unchanged } = await reader.read(session, tenant);
    const key = artifact.catalog(fingerprint);
    if (!(await ports.artifacts.has(key))) await ports.artifacts.create(key, catalog);
    const replicated = await logicalReplicaFindings(ports.database, session, tenant, catalog, timeout);
    const sent = await allTablesFindings(session, tenant);
    const target = await targetOf(session);
    const statistics = await readStatistics(session, tenant.schema);
    const format = ledgerFor(release.convention, tenant.schema);
    const ledger = await readLedger(session, format, tenant.schema);
    const { pending, findings } = pendingMigrations(release, ledger, format);
    roles = tenantRoleFindings(facts, tenant, config, pending);
    const record: TenantReading = {
      tenant: tenant.id,
      status: "read",
      fingerprint,
      target,
      statistics,
      role: { name: facts.role, createsSchemas: facts.createsSchemas, lacks },
      unchanged,
      ledger,
      pending: pending.map((migration) => migration.version),
      ms: ports.clock.monotonic() - started,
    };
    const own = findings.map((finding) => ({ ...finding, tenants: [tenant.id] }));
    return { record, findings: [...opened.findings, ...roles, ...replicated, ...sent, ...own] };
  } catch (error) {
    const code = error instanceof NotOurs ? "introspect.not-ours" : "introspect.unreachable";
    const doing = error instanceof NotOurs ? "has what is in the place of ours" : "could not be read";
    const finding = unreachable("introspect", code, tenant, doing, error);
    const record: TenantReading = {
      tenant: tenant.id,
      status: "unknown",
      fingerprint: null,
      target: null,
      statistics: null,
      unchanged: false,
      ledger: [],
      pending: [],
      ms: ports.clock.monotonic() - started,
    };
    // The role's defects may be the reason.
    return { record, findings: [...roles, finding] };
  } finally {
    await session?.close();
  }
}
