import { literal } from "../../sql/quote.js";
import type { LedgerEntry } from "../ledger.js";

/** A query that tells whether a table exists; it needs no privilege on the table. */
export function presence(quotedTable: string): string {
  return `SELECT to_regclass(${literal(quotedTable)}) IS NOT NULL AS present`;
}

/** The entry of a finished migration, in a ledger that keeps only such entries. */
export function done(
  version: unknown,
  more: { readonly name?: unknown; readonly checksum?: unknown } = {},
): LedgerEntry {
  const { name, checksum } = more;
  return { version: String(version), name: textOrNull(name), checksum: textOrNull(checksum), incomplete: false };
}

export function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** A version that the ledger keeps as an integer, as SQL. Throws a RangeError for any other. */
export function integer(version: string): string {
  if (!/^\d{1,19}$/.test(version)) throw new RangeError(`the ledger keeps whole numbers, and ${version} is none`);
  return BigInt(version).toString();
}
