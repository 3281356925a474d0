import type { Finding } from "../finding.js";

/** What is wrong with a record, as a finding that names the place. `line` 0 means the whole file. */
export function auditFinding(
  code: string,
  line: number,
  message: string,
  remedy?: string,
  file = "audit.jsonl",
): Finding {
  return {
    code,
    gate: "report",
    severity: "error",
    subject: { kind: "file", name: line > 0 ? `${file}:${line}` : file },
    message,
    remedy: {
      text: remedy ?? "Compare with a copy that was kept elsewhere. The record cannot be trusted from this place on.",
    },
    source: { file, line: Math.max(line, 1), column: 1 },
  };
}
