import type { ColumnRequirement, Requirement } from "../contract/contract.js";
import type { QualifiedName } from "../sql/qualified-name.js";
import type { Statement } from "../sql/statement.js";
import type { ConstraintSpec } from "./shapes.js";

export function needsTable(table: QualifiedName, statement: Statement): Requirement {
  return { kind: "table", table, when: "before", present: true, source: statement.source };
}

export function needsColumn(
  table: QualifiedName,
  column: string,
  statement: Statement,
  more: Partial<ColumnRequirement> = {},
): Requirement {
  const nothing = { type: null, nullable: null, present: true } as const;
  return { kind: "column", table, column, when: "before", source: statement.source, ...nothing, ...more };
}

/** What a new constraint needs and what it guarantees. Constraints that do not hold for every row guarantee nothing. */
export function constraintRequirements(
  constraint: ConstraintSpec,
  table: QualifiedName,
  statement: Statement,
): readonly Requirement[] {
  const base = { table, when: "after", present: true, source: statement.source, name: constraint.name } as const;
  switch (constraint.type) {
    case "foreign key":
      return [
        {
          ...base,
          kind: "foreign key",
          columns: constraint.columns,
          references: constraint.references,
          referencedColumns: constraint.referencedColumns,
        },
      ];
    case "not null":
      return [needsColumn(table, constraint.column, statement, { when: "after", nullable: false })];
    case "check":
    case "exclusion":
      return [{ ...base, kind: "constraint", type: constraint.type, columns: [] }];
    default:
      return [{ ...base, kind: "constraint", type: constraint.type, columns: constraint.columns }];
  }
}
