import type { Json } from "../json.js";

/** Version of the canonical form; it is part of every fingerprint. */
export const CANONICAL_VERSION = 6;

/**
 * What PostgreSQL says a schema is, in canonical form: a flat, sorted list of objects.
 *
 * Identity never depends on OIDs, on gaps of dropped columns, or on the tenant's own schema name
 * (schema-per-tenant: the name is `TENANT_SCHEMA`).
 */
export interface Catalog {
  readonly canonical: number;
  /** `server_version_num`, e.g. 180004. Next to the fingerprint, never in it. */
  readonly serverVersion: number;
  /** Sorted by `objectKey`. */
  readonly objects: readonly CatalogObject[];
  /** What this role or server version did not let us see; shown in the output. */
  readonly unseen: readonly string[];
}

/** Placeholder for the tenant's own schema in a schema-per-tenant catalog. */
export const TENANT_SCHEMA = "$tenant";

/** Where an object is. `schema` is absent for database-wide objects, `table` for those without a parent. */
export interface ObjectId {
  readonly schema?: string;
  readonly table?: string;
  readonly name: string;
  /** Identity arguments of a function, operator or aggregate. */
  readonly signature?: string;
}

interface ObjectBase<K extends string, A> {
  readonly kind: K;
  readonly id: ObjectId;
  /**
   * The statement (or clause, for a column or constraint) that creates it, as the server prints it with an empty search_path. Null where there is no
   * single one. A view's is only for creating it again: it is neither compared nor in the fingerprint, since versions print it differently; its
   * attributes say the same.
   */
  readonly definition: string | null;
  readonly attributes: A;
}

interface TableAttributes {
  /** `r` table, `p` partitioned, `f` foreign. */
  readonly relkind: "r" | "p" | "f";
  readonly persistence: "p" | "u";
  readonly partitionKey: string | null;
  readonly partitionOf: { readonly parent: string; readonly bound: string } | null;
  readonly inherits: readonly string[];
  readonly rowSecurity: boolean;
  readonly forceRowSecurity: boolean;
  readonly replicaIdentity: string;
  readonly options: readonly string[];
  readonly [other: string]: Json;
}

interface ColumnAttributes {
  /** `format_type`, with modifiers. */
  readonly type: string;
  readonly notNull: boolean;
  /** Default expression as the server prints it; null for none and for generated columns. */
  readonly default: string | null;
  /** "" | "a" (ALWAYS) | "d" (BY DEFAULT). */
  readonly identity: "" | "a" | "d";
  /** "" | "s" (STORED) | "v" (VIRTUAL). */
  readonly generated: "" | "s" | "v";
  readonly generationExpression: string | null;
  /** Set only where it differs from the type's own. */
  readonly collation: string | null;
  readonly [other: string]: Json;
}

export interface ConstraintAttributes {
  /** p primary key, u unique, c check, f foreign key, x exclusion, n not null (18), t trigger. */
  readonly type: "p" | "u" | "c" | "f" | "x" | "n" | "t";
  readonly columns: readonly string[];
  readonly validated: boolean;
  readonly enforced: boolean;
  readonly deferrable: boolean;
  readonly deferred: boolean;
  readonly references: { readonly schema: string; readonly table: string; readonly columns: readonly string[] } | null;
  readonly [other: string]: Json;
}

interface IndexAttributes {
  readonly unique: boolean;
  readonly primary: boolean;
  readonly valid: boolean;
  readonly method: string;
  /** Key columns or expressions in order, as `pg_get_indexdef(oid, n, false)` prints them. */
  readonly keys: readonly string[];
  readonly include: readonly string[];
  readonly predicate: string | null;
  /** Name of the constraint that owns it. */
  readonly constraint: string | null;
  readonly [other: string]: Json;
}

export type TableObject = ObjectBase<"table", TableAttributes> & {
  /** `options` in the order in which they were set, if that differs: recorded, never compared, never in the fingerprint. */
  readonly optionsAsSet?: readonly string[];
};
export type ColumnObject = ObjectBase<"column", ColumnAttributes> & {
  /** 1-based rank among the table's live columns: recorded, compared separately, never in the fingerprint. */
  readonly position: number;
};
export type ConstraintObject = ObjectBase<"constraint", ConstraintAttributes>;
export type IndexObject = ObjectBase<"index", IndexAttributes>;
export type OtherObject = ObjectBase<OtherKind, { readonly [name: string]: Json }> & {
  /** Set for a materialized view that holds no data: in the fingerprint, since a release that reads it fails; not drift from a declaration. */
  readonly unfilled?: true;
};

const OTHER_KINDS = [
  "schema",
  "sequence",
  "view",
  "materialized view",
  "function",
  "trigger",
  "event trigger",
  "rule",
  "policy",
  "type",
  "domain",
  "extension",
  "collation",
  "conversion",
  "cast",
  "operator",
  "operator class",
  "operator family",
  "access method",
  "language",
  "text search",
  "statistics",
  "publication",
  "subscription",
  "foreign data wrapper",
  "server",
  "user mapping",
  "default privileges",
  "database setting",
  "transform",
  "system object",
] as const;

export type OtherKind = (typeof OTHER_KINDS)[number];

export type CatalogObject = TableObject | ColumnObject | ConstraintObject | IndexObject | OtherObject;
export type ObjectKind = CatalogObject["kind"];

export const OBJECT_KINDS: readonly ObjectKind[] = ["table", "column", "constraint", "index", ...OTHER_KINDS];
