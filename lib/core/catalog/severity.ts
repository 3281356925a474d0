import type { Severity } from "../finding.js";
import type { CatalogObject } from "./catalog.js";
import type { RawDifference } from "./compare.js";

/** Attributes that change neither what may be stored nor what a query returns. */
const TUNING: ReadonlySet<string> = new Set([
  "statistics",
  "storage",
  "compression",
  "toastOptions",
  "tablespace",
  "accessMethod",
  "clustered",
  "cache",
  "replicaIdentity",
]);
const ACCESS: ReadonlySet<string> = new Set(["owner", "privileges"]);
/** Kinds whose options are storage parameters; elsewhere, as on a view or a server, options determine what a query returns. */
const STORED: ReadonlySet<string> = new Set(["table", "column", "index", "materialized view"]);

/**
 * `error`: what may be stored, what a query returns or who may do it by rule is not as declared. `warning`: speed,
 * ownership or grants differ. `note`: only words do. `sides` are the object as it is and as it should be.
 */
export function severityOf(difference: RawDifference, sides: readonly (CatalogObject | undefined)[]): Severity {
  const { change, kind, attribute } = difference;
  if (change === "changed" && attribute !== undefined) {
    if (/^comment\b/.test(attribute)) return "note";
    if (TUNING.has(attribute) || ACCESS.has(attribute) || /^security label\b/.test(attribute)) return "warning";
    if (attribute === "options" && STORED.has(kind)) return "warning";
    if (attribute === "valid" || attribute === "ready") return "error";
  }
  if (kind === "statistics") return "warning";
  if (kind === "index") return sides.some((side) => side?.attributes.unique === true) ? "error" : "warning";
  if (kind === "default privileges" || kind === "system object") return "warning";
  return "error";
}
