import type { Node } from "libpg-query";
import type { ColumnType } from "../../postgres/column-type.js";
import type { LintStatement } from "../lint-statement.js";

export interface KnownColumn {
  readonly name: string;
  type: ColumnType | null;
  /** Null when it is unknown. */
  notNull: boolean | null;
  /**
   * The only source of its values: the server for a generated column, a sequence for GENERATED ALWAYS AS IDENTITY. Null for neither, and when it is
   * unknown.
   */
  givenBy: "expression" | "sequence" | null;
  /** The statement of this run that added it. */
  readonly addedBy: LintStatement | null;
}

export interface KnownConstraint {
  readonly name: string | null;
  readonly type: "primary" | "unique" | "check" | "foreign" | "exclusion" | "not null";
  readonly columns: readonly string[];
  validated: boolean;
  /** Tree of a CHECK. */
  readonly expression: Node | null;
  /** Key of the table that a foreign key points at. */
  readonly references: string | null;
  /** The columns that it names there; empty for those of the primary key. */
  readonly referenced?: readonly string[];
  readonly deferrable?: boolean;
  /** INITIALLY DEFERRED. */
  readonly deferred?: boolean;
  readonly addedBy: LintStatement | null;
}

export interface KnownIndex {
  readonly name: string;
  readonly table: string;
  readonly unique: boolean;
  readonly method: string;
  /** Column names; null for an expression. */
  readonly keys: readonly (string | null)[];
  readonly include: readonly string[];
  readonly partial: boolean;
  /** False when the catalog says INVALID. */
  readonly valid: boolean;
  /** Name of the constraint that owns it. */
  constraint: string | null;
  readonly addedBy: LintStatement | null;
}

export interface PartitionKey {
  /** The columns that it names, including those within expressions. */
  readonly columns: readonly string[];
  readonly hasExpression: boolean;
}

/** What is known of a table at one point of the chain of files. */
export interface KnownTable {
  key: string;
  /** `from nowhere`: only mentioned, so its contents are unknown. */
  readonly origin: "catalog" | "chain" | "nowhere";
  readonly createdBy: LintStatement | null;
  readonly kind: "table" | "partitioned" | "view" | "materialized view" | "foreign";
  readonly temporary: boolean;
  /** Every column is known. */
  readonly complete: boolean;
  readonly columns: Map<string, KnownColumn>;
  constraints: KnownConstraint[];
  /** Key of the table that it is a partition of. */
  partitionOf: string | null;
  /** A partitioned table's; null for any other, and when it is unknown. */
  readonly partitionKey: PartitionKey | null;
  /** Keys of the tables whose columns it has, including the parent of a partition. */
  readonly parents: Set<string>;
  /** Keys of the partitions, and which one is the DEFAULT. */
  readonly partitions: Map<string, { readonly isDefault: boolean }>;
  /** Rows of other tables were copied into it. */
  filled: boolean;
  /** Created in this release, but since attached to an existing table, so its rows are read and written. */
  inUse: boolean;
  rowSecurity: boolean;
  policies: number;
}

export function emptyTable(key: string, origin: KnownTable["origin"]): KnownTable {
  return {
    key,
    origin,
    createdBy: null,
    kind: "table",
    temporary: false,
    complete: false,
    columns: new Map(),
    constraints: [],
    partitionOf: null,
    partitionKey: null,
    parents: new Set(),
    partitions: new Map(),
    filled: false,
    inUse: false,
    rowSecurity: false,
    policies: 0,
  };
}
