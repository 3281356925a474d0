/** The packed release that a run on AWS belongs to, next to its request. */
export interface AcceptedInput {
  readonly release: string;
  /** ARN of the execution that works on the run. */
  readonly execution: string;
}

/** The last order about a run on AWS, for anyone following it; what counts is in the trail. */
export interface TakenOrder {
  readonly execution: string;
  readonly kind: "rollback" | "resume";
  /** Its place in the trail. */
  readonly order: number;
  /** True when its tenants are being taken back. */
  readonly begun: boolean;
}
