import type { Catalog } from "../../core/catalog/catalog.js";
import { compareCatalogs } from "../../core/catalog/compare.js";
import { fingerprint } from "../../core/catalog/fingerprint.js";
import type { Migration, Release } from "../../core/migration/release.js";
import { plural } from "../../core/plural.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import { pendingMigrations } from "../../core/release/pending.js";
import { type Database, DatabaseError, type Session } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";
import { readLedger, writeLedger } from "../catalog/ledger.js";
import { readCatalog } from "../catalog/read-catalog.js";
import { preparation, type SessionSettings } from "../migration/prepare-session.js";
import { inTransaction } from "../migration/transaction.js";
import { TenantGuard } from "../rollout/tenant-guard.js";

export interface AdoptTenant {
  readonly tenant: Tenant;
  readonly release: Release;
  /** What the tenant is said to have: the first of the release, in order. */
  readonly migrations: readonly Migration[];
  /** The schema that they lead to. */
  readonly declared: Catalog;
  /** Whether a difference in this object is allowed in this tenant. */
  readonly allowed: (subject: string) => boolean;
  readonly settings: SessionSettings;
  readonly database: Database;
}

export type Adoption =
  /** Its schema is the declared one, and no ledger says so yet. `fingerprint` of its schema. */
  | { readonly outcome: "same" | "adopted"; readonly fingerprint: string }
  /** Its ledger says so already. */
  | { readonly outcome: "recorded" }
  | { readonly outcome: "differs"; readonly differences: readonly string[] }
  | { readonly outcome: "refused"; readonly reason: string }
  /** It could not be read or written; nothing was changed. */
  | { readonly outcome: "unknown"; readonly reason: string };

/** Whether the tenant has the schema that the migrations lead to. Changes nothing. */
export function compareTenant(input: AdoptTenant): Promise<Adoption> {
  return onTenant(input, "read", (session) => judge(session, input));
}

/** Records the migrations in a ledger as the framework would, if the tenant has the schema that they lead to; compared in the same transaction. */
export function adoptTenant(input: AdoptTenant, run: string): Promise<Adoption> {
  const { tenant, settings } = input;
  return onTenant(input, "write", async (session) => {
    session.lookUpIn(tenant.schema, settings.shared);
    const guard = new TenantGuard({ run, tenant, concurrentTimeout: 0, needed: async () => true });
    const work = async () => {
      await guard.inside(session, "");
      const judged = await judge(session, input);
      return judged.outcome === "same" ? record(session, input, judged.fingerprint) : judged;
    };
    return inTransaction(
      session,
      "read committed",
      work,
      preparation(session, { settings, schema: tenant.schema }, "inside"),
    );
  });
}

async function onTenant(
  { tenant, settings, database }: AdoptTenant,
  purpose: "read" | "write",
  work: (session: Session) => Promise<Adoption>,
): Promise<Adoption> {
  const { statementTimeout, lockTimeout } = settings;
  try {
    const session = await database.connect(tenant, { purpose, statementTimeout, lockTimeout });
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { outcome: "unknown", reason: `${error.message} [${error.code}]` };
  }
}

async function judge(
  session: Session,
  { tenant, release, migrations, declared, allowed }: AdoptTenant,
): Promise<Adoption> {
  const { schema } = tenant;
  const format = ledgerFor(release.convention, schema);
  const entries = await readLedger(session, format, schema);
  if (entries.length > 0) {
    const { pending, findings } = pendingMigrations(release, entries, format);
    const wrong = findings.find(({ severity }) => severity === "error");
    if (wrong) return { outcome: "refused", reason: wrong.message };
    const lacks = migrations.filter((migration) => pending.includes(migration));
    if (lacks.length === 0) return { outcome: "recorded" };
    const reason = `its ledger ${format.table} has ${plural(entries.length, "entry", "entries")} already and lacks ${lacks.map(({ version }) => version).join(", ")}; schema-gate run rolls those out`;
    return { outcome: "refused", reason };
  }
  const actual = await readCatalog(session, schema);
  const { differences } = compareCatalogs(actual, declared, { ledger: format.table });
  const left = differences.filter(({ subject }) => !allowed(subject));
  if (left.length > 0) return { outcome: "differs", differences: left.map(({ message }) => message) };
  return { outcome: "same", fingerprint: fingerprint(actual) };
}

/** Throws `DatabaseError` if the ledger does not say afterwards what was recorded. */
async function record(session: Session, input: AdoptTenant, print: string): Promise<Adoption> {
  const { tenant, release, migrations } = input;
  const format = ledgerFor(release.convention, tenant.schema);
  await writeLedger(session, format, tenant.schema, (placed) => migrations.flatMap((each) => placed.record(each, 0)));
  const entries = await readLedger(session, format, tenant.schema, true);
  const { pending, findings } = pendingMigrations(release, entries, format);
  const wrong = findings.find(({ severity }) => severity === "error")?.message;
  if (wrong !== undefined || migrations.some((migration) => pending.includes(migration)))
    throw new DatabaseError(wrong ?? `the ledger ${format.table} does not hold what was written to it`, "LEDGER");
  return { outcome: "adopted", fingerprint: print };
}
