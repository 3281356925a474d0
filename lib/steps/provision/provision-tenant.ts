import type { Catalog } from "../../core/catalog/catalog.js";
import { compareCatalogs } from "../../core/catalog/compare.js";
import { fingerprint } from "../../core/catalog/fingerprint.js";
import type { Finding } from "../../core/finding.js";
import { isolationFindings } from "../../core/isolation/isolation-findings.js";
import type { IsolationScope } from "../../core/isolation/scope.js";
import type { Migration, Release } from "../../core/migration/release.js";
import { refusedStatement } from "../../core/operations/refusals.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import type { Clock } from "../../ports/clock.js";
import { type Database, DatabaseError } from "../../ports/database.js";
import type { NewPlace, Provisioner, Template } from "../../ports/provisioner.js";
import type { Tenant } from "../../ports/registry.js";
import { isMade, makeBeforehand } from "../catalog/made-beforehand.js";
import { readCatalog } from "../catalog/read-catalog.js";
import { applyMigration } from "../migration/apply-migration.js";
import type { SessionSettings } from "../migration/prepare-session.js";
import { replayable } from "../migration/replay-migration.js";

export interface ProvisionTenant {
  readonly tenant: Tenant;
  readonly release: Release;
  /** Of the release, in order. */
  readonly migrations: readonly Migration[];
  /** What a database is called until it is finished. */
  readonly name: string;
  /** A tenant that shows which extensions are allowed; null if there is none. */
  readonly example: Tenant | null;
  /** Databases on the same server that show encoding, collation and rights. */
  readonly like: readonly string[];
  readonly settings: SessionSettings;
  /** The first migration that no superuser executes unless the config says why; null if it does, or if all are plain. */
  readonly opaque: string | null;
  /** The schema that the migrations lead to; it may be remembered from before unless `fresh`. */
  readonly declared: (fresh: boolean) => Promise<Catalog>;
  readonly database: Database;
  readonly provisioner: Provisioner;
  /** What the next tenants are copied from; null for none. */
  readonly template: Template | null;
  readonly clock: Clock;
}

/** The history would run as a superuser and may do more than it says. None of it was executed. */
export class NotPlain extends Error {
  override readonly name = "NotPlain";
}

export interface Provisioned {
  readonly fingerprint: string;
  /** How it differs from the declared schema; then nothing was left behind. */
  readonly differences: readonly string[];
  /** How the template was used. */
  readonly template: "none" | "copied" | "kept" | "in use" | "not kept";
}

/**
 * Creates a tenant with the schema and the ledger that these migrations leave, compares it with the declared schema, and only then gives it
 * its name. Whatever fails, nothing is left behind. Throws `DatabaseError`.
 */
export async function provisionTenant(input: ProvisionTenant): Promise<Provisioned> {
  const { tenant, name, like, provisioner, template } = input;
  // Before the tenant's own: copying a shared database needs one without sessions.
  const declared = await input.declared(false);
  const place = await placeFor(input);
  if (place !== "in use") {
    const first = await verified(input, declared, place);
    // A template that is not as it should be is built again.
    if (!place.filled || first.differences.length === 0) return first;
  }
  const empty = await provisioner.make(tenant, name, like, null);
  // One that somebody is connected to is left alone.
  const made = await verified({ ...input, template: place === "in use" ? null : template }, declared, empty);
  return place === "in use" ? { ...made, template: "in use" } : made;
}

/** SQLSTATE object_in_use: somebody is connected to the template. */
const IN_USE = "55006";

async function placeFor({ tenant, name, like, provisioner, template }: ProvisionTenant): Promise<NewPlace | "in use"> {
  try {
    return await provisioner.make(tenant, name, like, template);
  } catch (error) {
    if (template !== null && error instanceof DatabaseError && error.code === IN_USE) return "in use";
    throw error;
  }
}

/** Fills the place unless it is filled, and finishes it if it is as declared. Otherwise it is dropped. */
async function verified(input: ProvisionTenant, declared: Catalog, place: NewPlace): Promise<Provisioned> {
  try {
    const made = place.filled ? await readIn(place, input) : await build(place, input);
    const differencesFrom = (other: Catalog) =>
      compareCatalogs(made, other, { ledger: ledgerFor(input.release.convention).table }).differences;
    const first = differencesFrom(declared);
    // The remembered schema may come from another version of the server.
    const still = first.length === 0 || place.filled ? first : differencesFrom(await input.declared(true));
    const wanted = still.length === 0 && !place.filled ? input.template : null;
    const template = wanted === null ? null : await kept(place, wanted);
    if (still.length === 0) await place.finish();
    return {
      fingerprint: fingerprint(made),
      differences: still.map(({ message }) => message),
      template: template ?? (place.filled ? "copied" : "none"),
    };
  } finally {
    await place.drop();
  }
}

/** A tenant is created whether or not the next one can be copied. */
async function kept(place: NewPlace, template: Template): Promise<"kept" | "not kept"> {
  try {
    await place.keep(template);
    return "kept";
  } catch (error) {
    if (error instanceof DatabaseError) return "not kept";
    throw error;
  }
}

async function readIn(place: NewPlace, { tenant, settings }: ProvisionTenant): Promise<Catalog> {
  const { statementTimeout, lockTimeout } = settings;
  const session = await place.open({ purpose: "read", statementTimeout, lockTimeout });
  try {
    return await readCatalog(session, tenant.schema);
  } finally {
    await session.close();
  }
}

async function build(
  place: NewPlace,
  { tenant, release, migrations, settings, clock, database, example, opaque }: ProvisionTenant,
): Promise<Catalog> {
  const { statementTimeout, lockTimeout } = settings;
  if (opaque !== null) await refuseSuperuser(place, opaque);
  const beforehand = await makeBeforehand(database, place, example, migrations);
  const session = await place.open({ purpose: "write", statementTimeout, lockTimeout });
  try {
    for (const migration of migrations)
      await applyMigration(session, {
        migration: replayable(migration, (statement) => isMade(statement, beforehand)),
        ledger: ledgerFor(release.convention, tenant.schema),
        isolation: migration.up.isolation,
        settings,
        schema: tenant.schema,
        keep: [],
        // Nobody waits behind its locks, and there are no rows to split a backfill by.
        whole: true,
        clock,
      });
    return await readCatalog(session, tenant.schema);
  } finally {
    await session.close();
  }
}

/** The files may differ from what the fleet was given, and nobody approves what a new tenant gets. Throws `NotPlain`. */
async function refuseSuperuser(place: NewPlace, version: string): Promise<void> {
  const session = await place.open({ purpose: "read", statementTimeout: 10_000, lockTimeout: 1000 });
  try {
    const [row] = await session.query("select from pg_roles r where r.rolname = session_user and r.rolsuper");
    if (row)
      throw new NotPlain(`migration ${version} may do more than its statements say, and would run as a superuser`);
  } finally {
    await session.close();
  }
}

/** What forbids executing the migrations for a tenant that shares its database: only errors. */
export function reachesOthers(migrations: readonly Migration[], scope: IsolationScope): readonly Finding[] {
  return migrations.flatMap(({ up }) => isolationFindings(up, scope)).filter(({ severity }) => severity === "error");
}

/** What is never executed, and so not in a new tenant either. */
export function leftOut(migrations: readonly Migration[]): readonly Finding[] {
  return migrations.flatMap(({ up }) => up.statements.flatMap((statement) => refusedStatement(statement)));
}
