import type { Constraint } from "libpg-query";
import { as, listItems, strings } from "../../sql/tree.js";
import type { LintStatement } from "../lint-statement.js";
import { knownConstraint } from "./from-definition.js";
import { relationKey, schemaIn } from "./key.js";
import type { Known } from "./known.js";
import { nameOfConstraint } from "./names-chosen.js";
import type { KnownConstraint, KnownTable } from "./table.js";

/** Adds a constraint to a table under its name, with the index that a key creates. `column`: the column it is written next to. */
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
    if (OWNERS.has(item.type)) addOwnedIndex(known, table, constraint, item);
  }
  return added;
}

/** Constraints with an index of their own. */
const OWNERS: ReadonlySet<KnownConstraint["type"]> = new Set(["primary", "unique", "exclusion"]);

function addOwnedIndex(
  known: Known,
  table: KnownTable,
  { access_method, exclusions, including, where_clause }: Constraint,
  { name, type, columns, addedBy }: KnownConstraint & { readonly name: string },
): void {
  const excluded = exclusions?.map((pair) => as(listItems(pair)[0], "IndexElem")?.name ?? null);
  known.indexes.set(relationKey(schemaIn(table.key), name), {
    name,
    table: table.key,
    unique: type !== "exclusion",
    method: access_method ?? "btree",
    keys: excluded ?? columns,
    include: strings(including),
    partial: where_clause !== undefined,
    valid: true,
    constraint: name,
    addedBy,
  });
}
