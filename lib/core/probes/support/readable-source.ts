import type { SourceSpan } from "../../finding.js";

/** `migrations/2.up.sql:14`. */
export function readableSource(source: SourceSpan): string {
  return `${source.file}:${source.line}`;
}
