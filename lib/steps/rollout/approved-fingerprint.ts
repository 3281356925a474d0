import { fingerprint as fingerprintOf } from "../../core/catalog/fingerprint.js";
import { withoutTable } from "../../core/catalog/without-table.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import type { Session } from "../../ports/database.js";
import { readFingerprint } from "../catalog/read-catalog.js";
import type { TenantContext } from "./tenant-context.js";

/**
 * The fingerprint of a tenant's schema as it was approved. A tenant on which its framework has not run yet has no ledger, nor has its
 * clone; the rollout creates it with the first migration, and the way back leaves it there: if the approved schemas have none, it does not
 * count.
 */
export async function approvedFingerprint(session: Session, context: TenantContext): Promise<string> {
  const { tenant, release, before, after, onTheWay, known } = context;
  const { fingerprint, catalog } = await readFingerprint(session, tenant.schema, known);
  const approved = [before, after, ...onTheWay];
  if (approved.includes(fingerprint)) return fingerprint;
  const without = fingerprintOf(withoutTable(catalog, ledgerFor(release.convention, tenant.schema).table));
  return approved.includes(without) ? without : fingerprint;
}
