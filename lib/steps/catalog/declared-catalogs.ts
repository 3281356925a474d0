import type { Catalog } from "../../core/catalog/catalog.js";
import type { Finding } from "../../core/finding.js";
import { digest } from "../../core/json.js";
import type { Migration, Release } from "../../core/migration/release.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import { type Pending, pendingMigrations } from "../../core/release/pending.js";
import { identifier } from "../../core/sql/quote.js";
import type { Clock } from "../../ports/clock.js";
import { type Clone, type Database, DatabaseError } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";
import { assertContained, NotContained } from "../migration/contained.js";
import { dropped, replay, undeclared } from "./declared.js";
import { readLedger } from "./ledger.js";
import { makeBeforehand } from "./made-beforehand.js";
import { ownedAsTenant } from "./owned-as-tenant.js";
import { sharedScratch } from "./shared-scratch.js";

const TIMEOUT_MS = 600_000;

export interface DeclaredCatalogs {
  /** By the cluster's fingerprint; clusters whose history does not run are missing. */
  readonly catalogs: ReadonlyMap<string, Catalog>;
  readonly findings: readonly Finding[];
}

export interface ScratchPlace {
  /** Of the database to create. */
  readonly name: string;
  /** Every tenant's schema. */
  readonly schemas: readonly string[];
  /** Schemas that the tenants share. */
  readonly shared: readonly string[];
  /** The tenant that shows which extensions are allowed; null for none; absent: the tenant itself. */
  readonly example?: Tenant | null;
}

/**
 * What each cluster's schema should be by the migration history: the migrations in its first tenant's ledger, run on an empty database next
 * to that tenant. Clusters with the same migrations share one run.
 */
export async function declaredCatalogs(
  ports: DatabaseAndClock,
  release: Release,
  clusters: readonly { readonly fingerprint: string; readonly tenant: Tenant }[],
  place: ScratchPlace,
): Promise<DeclaredCatalogs> {
  const catalogs = new Map<string, Catalog>();
  const findings: Finding[] = [];
  const replayed = new Map<string, Catalog>();
  for (const { fingerprint, tenant } of clusters) {
    try {
      const has = await migrationsOf(ports.database, release, tenant);
      const key = digest([tenant.schema !== null, has.map(({ version }) => version)]);
      const catalog = replayed.get(key) ?? (await replayBeside(ports, release, tenant, has, place, findings));
      replayed.set(key, catalog);
      const [owned = catalog] = await ownedAsTenant(ports.database, tenant, [catalog]);
      catalogs.set(fingerprint, owned);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      findings.push({ ...undeclared(release, error), gate: "introspect", severity: "warning", tenants: [tenant.id] });
    }
  }
  return { catalogs, findings };
}

async function migrationsOf(database: Database, release: Release, tenant: Tenant): Promise<readonly Migration[]> {
  const { pending } = await readPending(database, release, tenant);
  return release.migrations.filter((migration) => !pending.includes(migration));
}

/** What a tenant lacks by its ledger, and where ledger and folder disagree. Throws `DatabaseError`. */
export async function readPending(database: Database, release: Release, tenant: Tenant): Promise<Pending> {
  const options = { purpose: "read", statementTimeout: TIMEOUT_MS, lockTimeout: 1000 } as const;
  const session = await database.connect(tenant, options);
  try {
    const format = ledgerFor(release.convention, tenant.schema);
    return pendingMigrations(release, await readLedger(session, format, tenant.schema), format);
  } finally {
    await session.close();
  }
}

type DatabaseAndClock = { readonly database: Database; readonly clock: Clock };

/** On an empty database; if that lacks what the tenants share, in a copy of their database without their schemas. Throws `DatabaseError`. */
export async function replayBeside(
  ports: DatabaseAndClock,
  release: Release,
  tenant: Tenant,
  migrations: readonly Migration[],
  place: ScratchPlace,
  findings: Finding[],
): Promise<Catalog> {
  const { name, schemas } = place;
  const replayed = (scratch: Clone) => replayIn(ports, scratch, release, tenant, migrations, place, findings);
  try {
    return await replayed(await ports.database.scratch(tenant, name));
  } catch (error) {
    if (!(error instanceof DatabaseError) || error instanceof NotContained || tenant.schema === null) throw error;
    return replayed(await sharedScratch(ports.database, tenant, name, schemas, TIMEOUT_MS));
  }
}

async function replayIn(
  { clock, database }: DatabaseAndClock,
  scratch: Clone,
  release: Release,
  tenant: Tenant,
  migrations: readonly Migration[],
  { shared, example = tenant }: ScratchPlace,
  findings: Finding[],
): Promise<Catalog> {
  try {
    assertContained(scratch, migrations);
    const made = await makeBeforehand(database, scratch, example, migrations);
    const session = await scratch.open({ purpose: "write", statementTimeout: TIMEOUT_MS, lockTimeout: 5000 });
    try {
      if (tenant.schema !== null) await session.query(`create schema if not exists ${identifier(tenant.schema)}`);
      return await replay(clock, session, release, tenant, migrations, { statementTimeout: TIMEOUT_MS, shared, made });
    } finally {
      await session.close();
    }
  } finally {
    findings.push(...(await dropped(scratch, "introspect")));
  }
}
