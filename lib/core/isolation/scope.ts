import type { Acceptances } from "../migration/acceptance.js";

/** What a release's text is checked against: where its tenants live, and what they may share. */
export interface IsolationScope {
  /** True when tenants are schemas of one database: then every name with a schema is checked. */
  readonly schemaTenants: boolean;
  /** The schema of every tenant that gets this text; null when they have different ones, so that none may be named. */
  readonly own: string | null;
  /** Schemas that the tenants of a database share, and may read. */
  readonly shared: readonly string[];
  /** The release is for a shared schema, its only tenant: it may change that, and what belongs to no schema. */
  readonly ofShared: boolean;
  /** Schemas of the fleet's tenants. In a text that is not parsed, only these are recognised. */
  readonly tenants: ReadonlySet<string>;
  /** Extensions that every database of these tenants has: CREATE EXTENSION IF NOT EXISTS of one changes nothing. */
  readonly extensions: ReadonlySet<string>;
  /** The longest waits that the config allows, in milliseconds. 0 means no limit. */
  readonly limits: { readonly lockTimeout: number; readonly statementTimeout: number };
  /** What the config accepts although it cannot be read. */
  readonly acceptances?: Acceptances;
}

/** Why a statement may not run in a tenant. */
export interface Breach {
  readonly code: `isolation.${
    | "other-schema"
    | "shared-write"
    | "shared-object"
    | "search-path"
    | "role"
    | "timeout"
    | "other-database"
    | "reading"
    | "unreadable"}`;
  /** A full sentence. */
  readonly message: string;
  readonly remedy: string;
  readonly unknown?: true;
}
