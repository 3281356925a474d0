import type { Evidence } from "../core/evidence/evidence.js";

/** Makes the files that people and other tools read from a run's evidence. The same evidence always gives the same bytes. */
export interface ReportRenderer {
  /** Texts by file name. */
  render(evidence: Evidence): Readonly<Record<string, string>>;
}
