import type { Constraint, IndexStmt, Node } from "libpg-query";
import { chosenName, type TakenNames, type Unnamed } from "../../postgres/chosen-names.js";
import { expressionName } from "../../postgres/expression-name.js";
import { as, listItems, strings } from "../../sql/tree.js";
import { nameIn, relationKey, schemaIn } from "./key.js";
import type { Known } from "./known.js";

const KINDS: Partial<Record<NonNullable<Constraint["contype"]>, Unnamed>> = {
  CONSTR_CHECK: "check",
  CONSTR_FOREIGN: "foreign key",
  CONSTR_UNIQUE: "unique",
  CONSTR_PRIMARY: "primary key",
  CONSTR_EXCLUSION: "exclusion",
};

/** The name of a constraint: as given, otherwise as the server chooses it. `key`: its table's; `columns`: those it covers. */
export function nameOfConstraint(
  constraint: Constraint,
  key: string,
  columns: readonly string[],
  known: Known,
): string {
  const of = KINDS[constraint.contype ?? "CONSTR_CHECK"] ?? "check";
  const elements = (constraint.exclusions ?? []).map((element) => elementName(listItems(element)[0]));
  const named = of === "exclusion" ? elements : [...columns, ...strings(constraint.including)];
  return constraint.conname ?? chosenName(of, nameIn(key), named, takenFor(key, known));
}

/** The same for an index on the table of this key. */
export function nameOfIndex(index: IndexStmt, key: string, known: Known): string {
  const elements = [...(index.indexParams ?? []), ...(index.indexIncludingParams ?? [])];
  return index.idxname ?? chosenName("index", nameIn(key), elements.map(elementName), takenFor(key, known));
}

function elementName(node: Node | undefined): string | null {
  const element = as(node, "IndexElem");
  return element?.name ?? expressionName(element?.expr);
}

const VIEWS = ["view", "materialized view"] as const;

/** A constraint's name is only looked for on its own table: the others' begin with other words. */
function takenFor(key: string, known: Known): TakenNames {
  const schema = schemaIn(key);
  return {
    relation: (name) => {
      const other = relationKey(schema, name);
      return (
        known.tables.has(other) || known.indexes.has(other) || VIEWS.some((kind) => known.dependents.get(kind, other))
      );
    },
    constraint: (name) => known.tables.get(key)?.constraints.some((each) => each.name === name) ?? false,
  };
}
