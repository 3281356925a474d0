import { ownSchemaOf } from "../../catalog/own-schema.js";
import { sha256 } from "../../migration/checksums/sha.js";
import type { Migration } from "../../migration/release.js";
import { identifier, qualified } from "../../sql/quote.js";
import type { LedgerFormat } from "../ledger.js";
import { ledgerOfOurs } from "./own.js";

/** Id of the convention of a release that is one backfill, run alone. */
export const BACKFILL = "backfill";

/** Which backfills a tenant had outside of a release: `backfill_ledger` in the schema of ours. */
export function backfillLedger(schema: string | null): LedgerFormat {
  const own = ownSchemaOf(schema);
  return ledgerOfOurs({
    id: BACKFILL,
    at: qualified(own, "backfill_ledger"),
    table: `${own}.backfill_ledger`,
    setup: [`CREATE SCHEMA IF NOT EXISTS ${identifier(own)}`],
    checksum: statementChecksum,
  });
}

/** Of the statement alone: a comment, or another time for a batch, makes no other backfill of it. */
function statementChecksum({ up }: Migration): string {
  return sha256(up.statements.map(({ sql }) => sql.trim()).join(";\n"));
}
