import { TENANT_SCHEMA } from "../../core/catalog/catalog.js";
import type { TenantReading } from "../run/records.js";

/** A heap row takes at least its header and its line pointer (manual, "Database Page Layout"). */
const SMALLEST_ROW_BYTES = 28;

/**
 * The largest size of each table over the fleet. A table that was never analyzed counts with as many rows as could fit; a tenant that was
 * not read contributes nothing, and blocks elsewhere.
 */
export function largestTables(
  readings: readonly Pick<TenantReading, "tenant" | "statistics">[],
  schemas: ReadonlyMap<string, string | null>,
): ReadonlyMap<string, { rows: number; bytes: number }> {
  const sizes = new Map<string, { rows: number; bytes: number }>();
  for (const reading of readings) {
    for (const table of reading.statistics?.tables ?? []) {
      const schema = table.schema === schemas.get(reading.tenant) ? TENANT_SCHEMA : table.schema;
      const key = `${schema}.${table.name}`;
      const known = sizes.get(key) ?? { rows: 0, bytes: 0 };
      sizes.set(key, {
        rows: Math.max(known.rows, table.rows ?? Math.ceil(table.sizeBytes / SMALLEST_ROW_BYTES)),
        bytes: Math.max(known.bytes, table.sizeBytes),
      });
    }
  }
  return sizes;
}
