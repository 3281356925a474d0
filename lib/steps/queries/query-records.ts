import type { WorkloadQuery } from "../../core/workload/workload.js";

/** A query that works on the clone after the release, and so must in each tenant that has it. */
export type WorkingQuery = Pick<
  WorkloadQuery,
  "id" | "text" | "role" | "versions" | "calls" | "callsPerHour" | "parameters"
>;

/** What the first tenant of a cluster said of these queries when it had the release. */
export interface VerifiedQueries {
  readonly tenant: string;
  readonly described: number;
  readonly broken: number;
  /** Queries about which it said nothing. */
  readonly unsaid: number;
}
