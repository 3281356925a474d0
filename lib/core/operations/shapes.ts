import type { OtherKind } from "../catalog/catalog.js";
import type { QualifiedName } from "../sql/qualified-name.js";

/** `ON DELETE` and `ON UPDATE` of a foreign key. */
export type ReferentialAction = "no action" | "restrict" | "cascade" | "set null" | "set default";

interface ConstraintBase {
  /** Null when the server will choose the name. */
  readonly name: string | null;
  /** False for NOT VALID: existing rows are not checked. */
  readonly validated: boolean;
  /** False for NOT ENFORCED (PostgreSQL 18). */
  readonly enforced: boolean;
  readonly deferrable: boolean;
  readonly deferred: boolean;
}

export interface CheckSpec extends ConstraintBase {
  readonly type: "check";
  readonly expression: string;
  /** Columns that the expression mentions, each once. */
  readonly columns: readonly string[];
  readonly noInherit: boolean;
}

export interface UniqueSpec extends ConstraintBase {
  readonly type: "unique" | "primary key";
  readonly columns: readonly string[];
  readonly include: readonly string[];
  readonly nullsNotDistinct: boolean;
  /** The last column is a range that must not overlap (PostgreSQL 18). */
  readonly withoutOverlaps: boolean;
  /** `USING INDEX`: takes over an existing index; then `columns` is empty. */
  readonly usingIndex: string | null;
}

export interface ForeignKeySpec extends ConstraintBase {
  readonly type: "foreign key";
  readonly columns: readonly string[];
  readonly references: QualifiedName;
  /** Empty: the primary key of the referenced table. */
  readonly referencedColumns: readonly string[];
  readonly match: "simple" | "full";
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
  /** `PERIOD` on the last column (PostgreSQL 18). */
  readonly period: boolean;
}

export interface ExclusionSpec extends ConstraintBase {
  readonly type: "exclusion";
  readonly method: string;
  /** `name`: the column's name, or what the server calls the expression; null where it has no name for it. */
  readonly elements: readonly {
    readonly expression: string;
    readonly operator: string;
    readonly name: string | null;
  }[];
  readonly predicate: string | null;
}

interface NotNullSpec extends ConstraintBase {
  readonly type: "not null";
  readonly column: string;
  readonly noInherit: boolean;
}

/** A table constraint as the statement asks for it. Expressions are SQL text. */
export type ConstraintSpec = CheckSpec | UniqueSpec | ForeignKeySpec | ExclusionSpec | NotNullSpec;

/** A column as the statement asks for it. */
export interface ColumnSpec {
  readonly name: string;
  /** As written, in the parser's spelling: `int`, `varchar(20)`, `public.mood[]`. For serial types the integer type. */
  readonly type: string;
  /** True for smallserial, serial and bigserial. */
  readonly serial: boolean;
  readonly notNull: boolean;
  /** SQL text; null for none. */
  readonly default: string | null;
  /** True when the default must be computed separately for every row, so that adding the column rewrites the table. */
  readonly volatileDefault: boolean;
  readonly identity: "" | "a" | "d";
  readonly generated: "" | "s" | "v";
  readonly generationExpression: string | null;
  readonly collation: string | null;
  /** Constraints written next to the column, except NOT NULL, with the column filled in. */
  readonly constraints: readonly ConstraintSpec[];
}

/** One key or INCLUDE entry of an index. */
export interface IndexKey {
  /** A column's name, or null for an expression. */
  readonly column: string | null;
  /** The column's name, or what the server calls the expression; null where it has no name for it. */
  readonly name: string | null;
  /** SQL text: the quoted column, or the expression in parentheses. */
  readonly expression: string;
  readonly collation: string | null;
  readonly operatorClass: string | null;
}

/** What a statement may create, alter or drop other than tables, columns, constraints and indexes: the catalog's kinds, in SQL's words. */
export type OtherObjectKind =
  | Exclude<OtherKind, "default privileges" | "database setting" | "system object">
  | "procedure"
  | "aggregate"
  | "foreign table"
  | "role"
  | "database"
  | "tablespace"
  | "other";
