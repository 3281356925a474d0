import type { Evidence } from "../evidence/evidence.js";
import type { Finding } from "../finding.js";
import { renderSarif } from "../render/sarif.js";

/** The report for code scanning: every finding, and what the release means for each version of the application. */
export function sarifReport({ run, release, findings, queries }: Evidence): string {
  const placed = findings.map((finding) => fromRoot(finding, release?.folder ?? ""));
  return renderSarif(placed, { version: run.toolVersion, ...(queries === undefined ? {} : { queries }) });
}

/** Code scanning looks for files from the root of the repository; a finding names them within the folder of the migrations. */
function fromRoot(finding: Finding, folder: string): Finding {
  const { source } = finding;
  if (source === undefined || folder === "" || source.file.startsWith("/")) return finding;
  return { ...finding, source: { ...source, file: `${folder}/${source.file}` } };
}
