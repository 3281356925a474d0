import { ownSchemaOf } from "../../catalog/own-schema.js";
import { sha256 } from "../../migration/checksums/sha.js";
import type { Migration } from "../../migration/release.js";
import { identifier, qualified } from "../../sql/quote.js";
import type { LedgerFormat } from "../ledger.js";
import { ledgerOfOurs } from "./own.js";

/** Id of the convention of a release that consists of one backfill, run on its own. */
export const BACKFILL = "backfill";

/** Which backfills a tenant had outside a release: `backfill_ledger` in our own schema. */
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

/** Of the statement only: a comment, or a different batch time, does not make it a different backfill. */
function statementChecksum({ up }: Migration): string {
  return sha256(up.statements.map(({ sql }) => sql.trim()).join(";\n"));
}
