import type { WorkloadQuery } from "../../core/workload/workload.js";

/** A query that works on the clone after the release, and so must work in each tenant that has it. */
export type WorkingQuery = Pick<
  WorkloadQuery,
  "id" | "text" | "role" | "versions" | "calls" | "callsPerHour" | "parameters"
>;

/** What the first tenant of a cluster that has the release said about these queries. */
export interface VerifiedQueries {
  readonly tenant: string;
  readonly described: number;
  readonly broken: number;
  /** Queries about which it said nothing. */
  readonly unsaid: number;
}
