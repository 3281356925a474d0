import type { Severity } from "../finding.js";
import type { RawDifference } from "./compare.js";

/** Attributes that change neither what may be stored nor what a query returns. */
const TUNING: ReadonlySet<string> = new Set([
  "statistics",
  "storage",
  "compression",
  "options",
  "toastOptions",
  "tablespace",
  "accessMethod",
  "clustered",
  "cache",
  "persistence",
  "replicaIdentity",
]);
const SAYING: ReadonlySet<string> = new Set(["comment"]);
const ACCESS: ReadonlySet<string> = new Set(["owner", "privileges", "labels of security"]);

/**
 * `error`: what may be stored, what a query returns or who may do it by rule is not as declared. `warning`: speed,
 * ownership or grants differ. `note`: only words do.
 */
export function severityOf(difference: RawDifference): Severity {
  const { change, kind, attribute } = difference;
  if (change === "changed" && attribute !== undefined) {
    if (SAYING.has(attribute)) return "note";
    if (TUNING.has(attribute) || ACCESS.has(attribute)) return "warning";
    return "error";
  }
  if (kind === "index") return guardsUniqueness(difference.declared ?? difference.actual) ? "error" : "warning";
  if (kind === "statistics" || kind === "default privileges") return "warning";
  return "error";
}

function guardsUniqueness(content: RawDifference["actual"]): boolean {
  return typeof content === "object" && content !== null && "unique" in content && content.unique === true;
}
