import type { Activity } from "./activity.js";

/** How busy and how large a tenant's database is: next to its catalog, never in the fingerprint. */
export interface Statistics {
  /** `server_version_num`. */
  readonly serverVersion: number;
  /** `18.4`, as the server reports it. */
  readonly versionText: string;
  /** Bytes of the whole database, or of the tenant's schema. Null when the role may not ask. */
  readonly sizeBytes: number | null;
  /** Sum of the tables' estimates. */
  readonly rows: number;
  /** Other sessions on the database that are running a transaction or a statement. */
  readonly activeConnections: number;
  /** Other sessions on the database. */
  readonly connections: number;
  /** The counter of its transactions at the time of reading. */
  readonly activity: Activity;
  readonly encoding: string;
  readonly collation: string;
  readonly tables: readonly TableStatistics[];
  /** Human names. */
  readonly invalidIndexes: readonly string[];
  /** Human names. */
  readonly unvalidatedConstraints: readonly string[];
}

interface TableStatistics {
  readonly schema: string;
  readonly name: string;
  /** The planner's estimate; null when the table was never analyzed. */
  readonly rows: number | null;
  /** Bytes of the heap with its TOAST table. */
  readonly sizeBytes: number;
  readonly indexBytes: number;
  readonly sequentialScans: number;
  readonly indexScans: number;
}
