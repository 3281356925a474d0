import type { Severity } from "../finding.js";
import type { Known, TableSize } from "./known/known.js";
import type { Report, Rule } from "./rules/rule.js";

/** Up to both of these a scan or an index build takes well under a second on ordinary hardware. */
const SMALL: TableSize = { rows: 100_000, bytes: 128 * 1024 * 1024 };
/** From either of these on it takes long enough to cause an outage. */
const LARGE: TableSize = { rows: 1_000_000, bytes: 1024 * 1024 * 1024 };

export interface Judged {
  readonly severity: Severity;
  /** The size and where it came from; empty when it does not matter. */
  readonly basis: string;
}

/** The severity of a report, by its table's size if the rule's cost grows with it. */
export function judge(rule: Rule, report: Report, known: Known): Judged {
  const severity = report.severity ?? rule.severity;
  if (!rule.sized || report.unknown) return { severity, basis: "" };
  const size = known.size(report.table);
  if (!size) return { severity, basis: known.live ? " The size of the table is not known." : "" };
  const basis = ` The table has about ${size.rows.toLocaleString("en-US")} rows in ${printBytes(size.bytes)}.`;
  if (size.rows <= SMALL.rows && size.bytes <= SMALL.bytes) return { severity: "note", basis };
  if (size.rows < LARGE.rows && size.bytes < LARGE.bytes) return { severity: atMost(severity, "warning"), basis };
  return { severity, basis };
}

function atMost(severity: Severity, ceiling: "warning"): Severity {
  return severity === "error" ? ceiling : severity;
}

function printBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)));
  const value = bytes / 1024 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}
