import type { Catalog } from "../../core/catalog/catalog.js";
import { fingerprint } from "../../core/catalog/fingerprint.js";
import { rolesNamed } from "../../core/catalog/owned-by.js";
import { milliseconds } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import { sharedSchemas } from "../../core/isolation/shared-schemas.js";
import { digest } from "../../core/json.js";
import type { Migration, Release } from "../../core/migration/release.js";
import { COMMAND } from "../../core/release/command-release.js";
import { BACKFILL } from "../../core/release/ledgers/backfill.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import { identifier } from "../../core/sql/quote.js";
import type { Clock } from "../../ports/clock.js";
import { type Clone, DatabaseError, NotDropped, type Session } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import type { ApplyMigration } from "../migration/apply-migration.js";
import { assertContained, CONTAIN, NotContained } from "../migration/contained.js";
import { replayMigration } from "../migration/replay-migration.js";
import { leftBehind } from "../run/left-behind.js";
import { artifact, need, type RunRequest } from "../run/records.js";
import { needRequest } from "../run/stored-request.js";
import { isMade, type MadeBeforehand, makeBeforehand } from "./made-beforehand.js";
import { ownedAsTenant } from "./owned-as-tenant.js";
import { readCatalog } from "./read-catalog.js";
import { sharedScratch } from "./shared-scratch.js";

/** The declared schema for tenants that have the same migrations: before the release and after it. */
export interface Declared {
  /** Fingerprints; the catalogs are artifacts. */
  readonly before: string;
  readonly after: string;
  /** Roles that the history names: one of them may own a tenant. Absent in records of earlier versions. */
  readonly roles?: readonly string[];
}

export type Declaration =
  | { readonly declared: Declared; readonly findings: readonly Finding[] }
  | { readonly declared: null; readonly findings: readonly Finding[] };

/**
 * Replays the migration history on an empty database: first what a tenant has, then the release. If the history does not run, the schema is
 * unknown, and so is the drift of every tenant compared with it. Tenants that are schemas of one database may need what else that database
 * holds; it is then read from there.
 */
export async function declare(
  ports: Ports,
  release: Release,
  tenant: Tenant,
  pending: readonly string[],
): Promise<Declaration> {
  // It changes only rows, and is planned and proved on each cluster's own schema.
  if (release.convention === BACKFILL) return { declared: null, findings: [] };
  if (release.convention === COMMAND) return { declared: null, findings: [notDeclared(release)] };
  const { config } = await needRequest(ports);
  const key = `declared/${digest(pending).slice(0, 12)}${tenant.schema === null ? "" : "-schema"}.json`;
  const known = await ports.artifacts.get<Declared>(key);
  const asked = { pending, key, config };
  const declaration = known ? { declared: known, findings: [] } : await replayed(ports, release, tenant, asked);
  return declaration.declared
    ? ofOwner(ports, release, tenant, declaration.declared, declaration.findings)
    : declaration;
}

/** The same for a tenant whose owner the history may name. */
async function ofOwner(
  ports: Ports,
  release: Release,
  tenant: Tenant,
  { before, after, roles = [] }: Declared,
  findings: readonly Finding[],
): Promise<Declaration> {
  if (roles.length === 0) return { declared: { before, after, roles }, findings };
  const catalog = (print: string) => need<Catalog>(ports, artifact.catalog(print));
  try {
    const [was, is] = await ownedAsTenant(ports.database, tenant, [await catalog(before), await catalog(after)]);
    if (!was || !is) throw new RangeError("a catalog was lost");
    return { declared: { before: await keep(ports, was), after: await keep(ports, is), roles }, findings };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { declared: null, findings: [...findings, undeclared(release, error)] };
  }
}

async function replayed(ports: Ports, release: Release, tenant: Tenant, asked: Asked): Promise<Declaration> {
  const { pending, config } = asked;
  const name = cloneName(ports.run, `declared_${digest(pending).slice(0, 8)}`);
  const alone = await declareIn(ports, () => ports.database.scratch(tenant, name), release, tenant, asked);
  if (alone.declared || tenant.schema === null || alone.findings.every(({ code }) => code !== UNDECLARED)) return alone;
  const fleet = await need<readonly Tenant[]>(ports, artifact.fleet);
  const schemas = fleet.flatMap(({ schema }) => (schema === null ? [] : [schema]));
  const timeout = milliseconds(config.timeouts.dryRun);
  const shared = () => sharedScratch(ports.database, tenant, name, schemas, timeout);
  return await declareIn(ports, shared, release, tenant, asked);
}

async function declareIn(
  ports: Ports,
  make: () => Promise<Clone>,
  release: Release,
  tenant: Tenant,
  asked: Asked,
): Promise<Declaration> {
  const scratch = await made(make);
  if (scratch instanceof DatabaseError) return { declared: null, findings: [noScratch(tenant, scratch)] };
  const declaration = await declareOn(ports, scratch, release, tenant, asked);
  return { ...declaration, findings: [...declaration.findings, ...(await dropped(scratch, "diverge"))] };
}

interface Asked {
  readonly pending: readonly string[];
  /** Of the artifact. */
  readonly key: string;
  readonly config: RunRequest["config"];
}

async function declareOn(
  ports: Ports,
  scratch: Clone,
  release: Release,
  tenant: Tenant,
  { pending, key, config }: Asked,
): Promise<Declaration> {
  let session: Session | null = null;
  try {
    assertContained(scratch, release.migrations);
    const statementTimeout = milliseconds(config.timeouts.dryRun);
    const made = await makeBeforehand(ports.database, scratch, tenant, release.migrations);
    session = await scratch.open({ purpose: "write", statementTimeout, lockTimeout: 5000 });
    if (tenant.schema !== null) await session.query(`create schema if not exists ${identifier(tenant.schema)}`);
    const has = release.migrations.filter((migration) => !pending.includes(migration.version));
    const lacks = release.migrations.filter((migration) => pending.includes(migration.version));
    const limits = { statementTimeout, shared: sharedSchemas(config), made };
    const before = await replay(ports.clock, session, release, tenant, has, limits);
    const after = await replay(ports.clock, session, release, tenant, lacks, limits);
    const roles = [...new Set([before, after].flatMap(rolesNamed))];
    const declared = { before: await keep(ports, before), after: await keep(ports, after), roles };
    await ports.artifacts.put(key, declared);
    return { declared, findings: [] };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { declared: null, findings: [undeclared(release, error)] };
  } finally {
    await session?.close();
  }
}

/** Drops an empty database after use. A failed drop says nothing about what was found out there. */
export async function dropped(scratch: Clone, gate: Finding["gate"]): Promise<readonly Finding[]> {
  try {
    await scratch.drop();
    return [];
  } catch (error) {
    if (error instanceof NotDropped) return [leftBehind(gate, error)];
    throw error;
  }
}

async function made(make: () => Promise<Clone>): Promise<Clone | DatabaseError> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
}

function noScratch(tenant: Tenant, error: DatabaseError): Finding {
  return {
    code: "diverge.no-scratch",
    gate: "diverge",
    severity: "error",
    unknown: true,
    subject: { kind: "host", name: tenant.host },
    message: `No empty database could be made for the migration history, so there is no declared schema to compare with: ${error.message} [${error.code}].`,
    remedy: {
      text: "Allow the gate's role to create databases (CREATEDB), or give it a staging server: staging.mode and staging.url in the config.",
    },
  };
}

interface ReplayLimits {
  /** Milliseconds. */
  readonly statementTimeout: number;
  /** Schemas after the tenant's own in its search_path. */
  readonly shared: readonly string[];
  readonly made: MadeBeforehand;
}

/** Runs migrations on an empty database, with their ledger, and reads the resulting schema. */
export async function replay(
  clock: Clock,
  session: Session,
  release: Release,
  tenant: Tenant,
  migrations: readonly Migration[],
  { statementTimeout, shared, made }: ReplayLimits,
): Promise<Catalog> {
  for (const migration of migrations) {
    const input: ApplyMigration = {
      migration,
      // The ledger's own table is part of a tenant's schema.
      ledger: ledgerFor(release.convention, tenant.schema),
      isolation: migration.up.isolation,
      settings: { lockTimeout: 5000, statementTimeout, concurrentTimeout: statementTimeout, shared },
      schema: tenant.schema,
      keep: [],
      clock,
    };
    await replayMigration(session, input, (statement) => isMade(statement, made));
  }
  return readCatalog(session, tenant.schema);
}

async function keep(ports: Ports, catalog: Catalog): Promise<string> {
  const print = fingerprint(catalog);
  const key = artifact.catalog(print);
  if (!(await ports.artifacts.has(key))) await ports.artifacts.create(key, catalog);
  return print;
}

/** A program takes an empty database straight to its end, and shows no schema on the way. */
function notDeclared(release: Release): Finding {
  return {
    code: "diverge.no-history",
    gate: "diverge",
    severity: "warning",
    subject: { kind: "release", name: release.name },
    message:
      "A team's own migrator declares no schema for the tenants: they are compared with one another, and each cluster with what its dry run leads to.",
    remedy: { text: "Look at the clusters before you approve." },
  };
}

const UNDECLARED = "diverge.undeclared";

export function undeclared(release: Release, error: DatabaseError): Finding {
  const base = {
    code: UNDECLARED,
    gate: "diverge",
    severity: "error",
    unknown: true,
    subject: { kind: "release", name: release.name },
  } as const;
  if (error instanceof NotContained)
    return {
      ...base,
      message: `The migration history was not executed on an empty database, so there is no declared schema to compare with: ${error.message}.`,
      remedy: { text: CONTAIN, sql: error.remedy, command: "schema-gate doctor" },
    };
  return {
    ...base,
    message: `The migration history does not run on an empty database, so there is no declared schema to compare with: ${error.message} [${error.code}].`,
    remedy: {
      text: "Complete the history (a baseline migration that builds what the tenants began with), or correct the migration that fails.",
    },
  };
}

/** Names of clones and scratch databases start with this: a sweep uses it to find what a killed run left. */
export const CLONE_PREFIX = "schema_gate_";

/** One name per run and part. A long one ends in a digest of the whole, since PostgreSQL cuts names at 63 bytes and two must not become the same. */
export function cloneName(run: string, part: string): string {
  const whole = `${CLONE_PREFIX}${run.replaceAll(/[^a-z0-9]/gi, "_")}_${part}`;
  return whole.length <= 63 ? whole : `${whole.slice(0, 50)}_${digest(whole).slice(0, 12)}`;
}
