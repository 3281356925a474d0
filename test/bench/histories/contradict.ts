import type { Migration } from "../../../lib/core/migration/release.js";
import { type Operation, operationsOfText } from "../../../lib/core/operations/index.js";
import type { QualifiedName } from "../../../lib/core/sql/qualified-name.js";
import { identifier, qualified } from "../../../lib/core/sql/quote.js";
import { DatabaseError, type Session } from "../../../lib/ports/database.js";

/**
 * Changes rows so that they contradict what the release demands: NULL where it sets NOT NULL, duplicates where it makes a key, orphans
 * where it adds a foreign key, values out of range where it adds a check. What the schema forbids already is left as it is.
 */
export async function contradict(session: Session, migration: Migration): Promise<void> {
  for (const operation of migration.up.statements.flatMap(operationsOfText)) {
    for (const sql of contradictions(operation)) {
      try {
        await session.script(`set session_replication_role = replica; ${sql}; set session_replication_role = origin`);
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error;
        await session.script("rollback; set session_replication_role = origin");
      }
    }
  }
}

function contradictions(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case "set-not-null":
      return [`update ${named(operation.table)} set ${identifier(operation.column)} = null`];
    case "create-index":
      return operation.unique
        ? duplicates(
            operation.table,
            operation.keys.flatMap(({ column }) => column ?? []),
          )
        : [];
    case "add-constraint": {
      const { table, constraint } = operation;
      if (constraint.type === "unique" || constraint.type === "primary key")
        return duplicates(table, constraint.columns);
      if (constraint.type === "not null") return [`update ${named(table)} set ${identifier(constraint.column)} = null`];
      if (constraint.type === "check") return negated(table, constraint.expression);
      return constraint.type === "foreign key" ? constraint.columns.flatMap((column) => strangers(table, column)) : [];
    }
    default:
      return [];
  }
}

function named({ schema, name }: QualifiedName): string {
  return schema === null ? identifier(name) : qualified(schema, name);
}

/** Every row gets the values of one. */
function duplicates(table: QualifiedName, columns: readonly string[]): readonly string[] {
  if (columns.length === 0) return [];
  const set = columns.map((column) => {
    const name = identifier(column);
    return `${name} = (select ${name} from ${named(table)} where ${name} is not null limit 1)`;
  });
  return [`update ${named(table)} set ${set.join(", ")}`];
}

function strangers(table: QualifiedName, column: string): readonly string[] {
  const name = identifier(column);
  return ["2147483646", "'stranger'", "gen_random_uuid()"].map(
    (value) => `update ${named(table)} set ${name} = ${value}`,
  );
}

/** Of a comparison with a number, a number on its other side. */
function negated(table: QualifiedName, expression: string): readonly string[] {
  const simple = /^\(?\s*("?[\w]+"?)\s*(>=|>|<=|<|=)\s*\(?(-?\d+)/.exec(expression);
  if (!simple) return [];
  const [, column = "", operator = "", value = "0"] = simple;
  const other = operator.startsWith(">") ? Number(value) - 1 : Number(value) + 1;
  return [`update ${named(table)} set ${column} = ${other}`];
}
