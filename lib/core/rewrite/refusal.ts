import type { SourceSpan } from "../finding.js";

/** Why a migration is not rewritten, by its code. Never half a plan. */
export const REWRITE_REFUSALS = [
  "unparsed",
  "nested",
  "no-way",
  "no-kind",
  "hazard-left",
  "only",
  "partitioned",
  "cascade",
  "depends",
  "no-value",
  "name-taken",
  "long-name",
  "backfill",
  "dependents",
  "session-setting",
  "isolation",
  "transaction-control",
  "no-table",
  "form",
  "server",
  "rust",
  "convention",
  "no-version",
  "file-exists",
  "waiver",
  "original-fails",
  "plan-fails",
  "differs",
  "writes-differ",
  "no-way-back",
] as const;

export type RewriteRefusalCode = (typeof REWRITE_REFUSALS)[number];

export interface RewriteRefusal {
  readonly code: RewriteRefusalCode;
  /** A full sentence without the final full stop. */
  readonly reason: string;
  readonly source: SourceSpan | null;
}

/** Thrown during planning, which also catches it. */
export class NotRewritable extends Error {
  override readonly name = "NotRewritable";
  constructor(
    readonly code: RewriteRefusalCode,
    reason: string,
  ) {
    super(reason);
  }
}
