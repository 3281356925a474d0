/** Why a statement is not run in batches. */
export type BackfillRefusalCode =
  | "form"
  | "no-table"
  | "partitioned"
  | "inherited"
  | "row-security"
  | "rule"
  | "trigger"
  | "no-key"
  | "key-type"
  | "key-changed"
  | "whole"
  | "several"
  | "moving"
  | "own-rows"
  | "function"
  | "cascades"
  | "own-reference"
  | "rows-meanwhile"
  | "not-rendered";

export interface BackfillRefusal {
  readonly code: BackfillRefusalCode;
  /** A full sentence without the final full stop. */
  readonly reason: string;
}

/** Thrown during planning, which also catches it. */
export class NotCuttable extends Error {
  override readonly name = "NotCuttable";
  constructor(
    readonly code: BackfillRefusalCode,
    reason: string,
  ) {
    super(reason);
  }
}

/** What helps, by code. */
export const BACKFILL_REMEDIES: Readonly<Record<BackfillRefusalCode, string>> = {
  form: "Write it as one UPDATE, DELETE or INSERT … SELECT of a single table, or take the comment away and run it whole.",
  "no-table": "Name a table that is there before this migration.",
  partitioned:
    "Take the comment away and run the statement whole, partition by partition in migrations of their own where it is large.",
  inherited:
    "Take the comment away and run the statement whole. A child that nothing inherits from takes a backfill by its own name.",
  "row-security": "Switch row-level security off for the backfill, or take the comment away.",
  rule: "Drop the rule, or take the comment away and run the statement whole.",
  trigger: "Disable the trigger in an earlier migration, or take the comment away and run the statement whole.",
  "no-key": "Walk by the primary key, or by a unique index over columns that are NOT NULL.",
  "key-type": "Walk by a key of numbers, texts, uuids, dates or times.",
  "key-changed": "Walk by a key that the statement leaves as it is.",
  whole: "Write it so that the new values of a row depend on that row and on other tables alone.",
  several:
    "Join by all columns of a unique key, or through a subquery with GROUP BY or DISTINCT ON over what it is joined by.",
  moving: "Write the time as a constant, or compare with a column.",
  "own-rows": "Put what it reads of its own table into another table first, or take the comment away.",
  function: "Write the expression out, or declare the function IMMUTABLE where it is, in SQL or PL/pgSQL.",
  "own-reference": "Take the comment away and run the statement whole.",
  cascades: "Write a backfill for the referencing table first, so that nothing is left to cascade.",
  "rows-meanwhile": "Add a condition that a finished row no longer meets, such as a column that says it is done.",
  "not-rendered": "Write the statement more simply, or take the comment away and run it whole.",
};
