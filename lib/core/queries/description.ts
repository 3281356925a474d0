/** A statement as a client prepares it. */
export interface Preparation {
  readonly text: string;
  /** Types that the client declares, in order; null leaves all of them to the server. */
  readonly parameters: readonly string[] | null;
}

export interface DescribedColumn {
  readonly name: string;
  readonly type: string;
  /** What a value of a composite type consists of, also in an array. */
  readonly fields?: string;
}

/** What a server says about a statement that it has parsed, with type names as `format_type` writes them. */
interface Description {
  readonly parameters: readonly string[];
  /** Empty for a statement that returns nothing. */
  readonly columns: readonly DescribedColumn[];
  /** Types that the client declares and the server does not have. */
  readonly missing?: readonly string[];
  /** What EXPLAIN (VERBOSE, FORMAT JSON) writes about the plan for any value, or why there is none; where plans were requested. */
  readonly plan?: string | Refusal;
}

/** Why a server did not prepare a statement, or would not execute it. */
export interface Refusal {
  /** SQLSTATE. */
  readonly code: string;
  readonly message: string;
}

export type Described = Description | Refusal;

export function isRefusal(described: Described): described is Refusal {
  return "code" in described;
}
