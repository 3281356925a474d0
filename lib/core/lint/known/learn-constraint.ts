import type { Constraint } from "libpg-query";
import type { LintStatement } from "../lint-statement.js";
import { knownConstraint } from "./from-definition.js";
import { relationKey, schemaIn } from "./key.js";
import type { Known } from "./known.js";
import { nameOfConstraint } from "./names-chosen.js";
import type { KnownConstraint, KnownTable } from "./table.js";

/** Puts a constraint on a table under its name, with the index that a key makes. `column`: that it is written behind. */
export function learnConstraint(
  known: Known,
  table: KnownTable,
  constraint: Constraint,
  column: string | undefined,
  statement: LintStatement,
): readonly KnownConstraint[] {
  const added = knownConstraint(constraint, column, statement).map((item) => ({
    ...item,
    name: nameOfConstraint(constraint, table.key, item.columns, known),
  }));
  for (const item of added) {
    table.constraints.push(item);
    if (item.type === "primary" || item.type === "unique") addOwnedIndex(known, table, item.name, item);
  }
  return added;
}

function addOwnedIndex(known: Known, table: KnownTable, name: string, { columns, addedBy }: KnownConstraint): void {
  known.indexes.set(relationKey(schemaIn(table.key), name), {
    name,
    table: table.key,
    unique: true,
    method: "btree",
    keys: columns,
    include: [],
    partial: false,
    valid: true,
    constraint: name,
    addedBy,
  });
}
