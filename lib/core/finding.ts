/**
 * The form in which every gate reports.
 *
 * `error` blocks the release, `warning` raises the risk and is shown to the approver, `note` informs. What could not be read, parsed, reached or
 * finished is an `error` whose `unknown` is true.
 */
export type Severity = "note" | "warning" | "error";

export type Gate =
  | "load"
  | "introspect"
  | "diverge"
  | "probe"
  | "lint"
  | "rollback"
  | "dry-run"
  | "queries"
  | "score"
  | "approve"
  | "rollout"
  | "report";

export interface Subject {
  /** What it is: "tenant", "table", "column", "index", "statement", "file", … */
  readonly kind: string;
  /** Its name as a person would write it, e.g. `app.users.quota_limit`. Untrusted when it came from a database. */
  readonly name: string;
}

export interface SourceSpan {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in characters. */
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

export interface Remedy {
  readonly text: string;
  /** SQL that a person can paste. */
  readonly sql?: string;
  /** The next command to run. */
  readonly command?: string;
}

export interface Finding {
  /** Closed, stable code: `probe.not-null`, `drift.index-missing`, `SG010`, … */
  readonly code: string;
  readonly gate: Gate;
  readonly severity: Severity;
  readonly subject: Subject;
  readonly message: string;
  readonly remedy?: Remedy;
  /** Ids of the tenants it concerns; absent when it concerns the release itself. */
  readonly tenants?: readonly string[];
  readonly source?: SourceSpan;
  /** True when the gate could not find out. Unknown is blocked. */
  readonly unknown?: boolean;
}

const order: Record<Severity, number> = { error: 0, warning: 1, note: 2 };

/** Most severe first, then by code, subject and place: the same findings always print in the same order. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    order[a.severity] - order[b.severity] ||
    compareText(a.code, b.code) ||
    compareText(a.subject.name, b.subject.name) ||
    compareText(a.source?.file ?? "", b.source?.file ?? "") ||
    (a.source?.line ?? 0) - (b.source?.line ?? 0) ||
    compareText(a.tenants?.[0] ?? "", b.tenants?.[0] ?? "")
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** True when any of the findings blocks a release. */
export function blocks(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === "error");
}
