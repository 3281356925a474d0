import type { LedgerEntry, LedgerFormat } from "../../core/release/ledger.js";
import type { Session } from "../../ports/database.js";

/** What the tenant's ledger says; empty when the tenant has none yet. `present`: it was there before, and is not looked for. */
export async function readLedger(
  session: Session,
  format: LedgerFormat,
  present = false,
): Promise<readonly LedgerEntry[]> {
  if (!present) {
    const [row] = await session.query<{ present: boolean }>(format.exists);
    if (!row?.present) return [];
  }
  return (await session.query(format.read)).map((entry) => format.entry(entry));
}
