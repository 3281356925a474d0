import type { Finding } from "../finding.js";
import type { Catalog } from "./catalog.js";

/** Notes on what exists and was not compared: nothing is left out silently. */
export function notCompared(catalog: Catalog, tenants: readonly string[]): Finding[] {
  return catalog.unseen.map((what) => ({
    code: "diverge.not-compared",
    gate: "diverge",
    severity: "note",
    subject: { kind: "catalog", name: what },
    message: `Not compared: ${what}.`,
    remedy: { text: "docs/coverage-catalog.md says why; look at it by hand where it matters." },
    tenants,
  }));
}
