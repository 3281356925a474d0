import type { SourceSpan } from "../finding.js";
import { plural } from "../plural.js";
import type { QualifiedName } from "../sql/qualified-name.js";

/** When a requirement must hold: before the release (it could not run otherwise), after it, or both. */
type Moment = "before" | "after" | "both";

interface RequirementBase {
  readonly when: Moment;
  readonly source: SourceSpan;
  /**
   * Nothing enforces it: the code states it next to its SQL, or a statement may skip it (IF NOT EXISTS). What a statement does in any case, the
   * server enforces, and knows better than any reading of the text.
   */
  readonly stated?: true;
}

export interface ColumnRequirement extends RequirementBase {
  readonly kind: "column";
  readonly table: QualifiedName;
  readonly column: string;
  /** `format_type` form; null when the code does not say. */
  readonly type: string | null;
  /** Null when the code does not say. */
  readonly nullable: boolean | null;
  /** Undefined when the code does not say, null for "none". */
  readonly default?: string | null;
  /** False: the column must not be there. */
  readonly present: boolean;
}

/** One index name; PostgreSQL allows it once per schema, so it may be on several tables. */
export interface IndexRequirement extends RequirementBase {
  readonly kind: "index";
  readonly name: string;
  readonly on: readonly { readonly table: QualifiedName; readonly keys: readonly string[] | null }[];
  readonly unique: boolean | null;
  readonly present: boolean;
}

export interface ForeignKeyRequirement extends RequirementBase {
  readonly kind: "foreign key";
  readonly name: string | null;
  readonly table: QualifiedName;
  readonly columns: readonly string[];
  readonly references: QualifiedName;
  readonly referencedColumns: readonly string[];
  readonly present: boolean;
}

export interface ConstraintRequirement extends RequirementBase {
  readonly kind: "constraint";
  readonly name: string | null;
  readonly table: QualifiedName;
  readonly type: "primary key" | "unique" | "check" | "exclusion";
  readonly columns: readonly string[];
  readonly present: boolean;
}

export interface TableRequirement extends RequirementBase {
  readonly kind: "table";
  readonly table: QualifiedName;
  readonly present: boolean;
}

export type Requirement =
  | ColumnRequirement
  | IndexRequirement
  | ForeignKeyRequirement
  | ConstraintRequirement
  | TableRequirement;

/** A check that the code asks for by name and that a gate carries out. */
export interface RequestedCheck {
  readonly check: "schema-divergence" | "index-cardinality";
  /** The index for `index-cardinality`, otherwise empty. */
  readonly subject: string;
  readonly source: SourceSpan;
}

/** What must hold before and after the release, according to its code. */
export interface Contract {
  readonly requirements: readonly Requirement[];
  readonly checks: readonly RequestedCheck[];
  /**
   * Columns that the application's own code reads and writes: as the code sees them after the release, and also before it where the release does not
   * touch their table. Absent when there is no such code.
   */
  readonly application?: readonly ColumnRequirement[];
}

export interface ContractCounts {
  readonly columns: number;
  readonly indexes: number;
  readonly foreignKeys: number;
}

/** The contract summed up for a person: distinct columns, index names and foreign keys. */
export function countContract(contract: Contract): ContractCounts {
  const distinct = (keys: string[]) => new Set(keys).size;
  const table = (name: QualifiedName) => `${name.schema ?? ""}.${name.name}`;
  return {
    columns: distinct(
      contract.requirements.flatMap((r) => (r.kind === "column" ? [`${table(r.table)}.${r.column}`] : [])),
    ),
    indexes: distinct(contract.requirements.flatMap((r) => (r.kind === "index" ? [r.name] : []))),
    foreignKeys: distinct(
      contract.requirements.flatMap((r) =>
        r.kind === "foreign key" ? [`${table(r.table)}(${r.columns.join()})`] : [],
      ),
    ),
  };
}

/** `3 columns, 2 indexes, 1 foreign key`; with the columns of the application when its code was read. */
export function contractText(contract: Contract): string {
  const { columns, indexes, foreignKeys } = countContract(contract);
  const application = contract.application?.length ?? 0;
  return [
    plural(columns, "column"),
    plural(indexes, "index", "indexes"),
    plural(foreignKeys, "foreign key"),
    ...(application > 0 ? [`${plural(application, "column")} of the application`] : []),
  ].join(", ");
}
