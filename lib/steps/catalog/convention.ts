import type { Release } from "../../core/migration/release.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import { DatabaseError } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { hasLedger } from "./ledger.js";

/** How many tenants are asked before only the file names decide. */
const ASKED = 5;
const TIMEOUT_MS = 10_000;

/**
 * Frameworks that name their files alike are told apart by the tenants' ledger. The first tenant that has one of the ledgers decides; if
 * none has, the release keeps the convention that its file names suggest.
 */
export async function conventionByLedger(
  ports: Pick<Ports, "database">,
  release: Release,
  tenants: readonly Tenant[],
): Promise<string> {
  const candidates = [release.convention, ...(release.alternatives ?? [])];
  if (candidates.length === 1) return release.convention;
  for (const tenant of tenants.slice(0, ASKED)) {
    const found = await ledgerOf(ports, tenant, candidates);
    if (found !== null) return found;
  }
  return release.convention;
}

/** Null when the tenant has none of the ledgers or cannot be reached; the latter is reported when the tenant is read. */
async function ledgerOf(
  ports: Pick<Ports, "database">,
  tenant: Tenant,
  candidates: readonly string[],
): Promise<string | null> {
  try {
    const session = await ports.database.connect(tenant, {
      purpose: "read",
      statementTimeout: TIMEOUT_MS,
      lockTimeout: TIMEOUT_MS,
    });
    try {
      for (const convention of candidates) {
        if (await hasLedger(session, ledgerFor(convention, tenant.schema))) return convention;
      }
      return null;
    } finally {
      await session.close();
    }
  } catch (error) {
    if (error instanceof DatabaseError) return null;
    throw error;
  }
}
