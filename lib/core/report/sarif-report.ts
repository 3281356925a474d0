import type { Evidence } from "../evidence/evidence.js";
import { renderSarif } from "../render/sarif.js";

/** The report for code scanning: every finding, and what the release means for each version of the application. */
export function sarifReport({ run, findings, queries }: Evidence): string {
  return renderSarif(findings, { version: run.toolVersion, ...(queries === undefined ? {} : { queries }) });
}
