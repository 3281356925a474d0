import type { ConstraintObject, IndexObject } from "../../catalog/catalog.js";
import { relationKey } from "../../lint/known/key.js";
import { dependentsOfColumn } from "../../undo/recreate.js";
import type { RewriteContext } from "../kind.js";
import type { StandIn } from "./stand-in.js";

/** Constraints and indexes over the column, without those that the migration has dropped by then. */
export function standingDependents(
  { ref, name }: Pick<StandIn, "ref" | "name">,
  { before, known }: RewriteContext,
): { readonly constraints: readonly ConstraintObject[]; readonly indexes: readonly IndexObject[] } {
  const { constraints, indexes } = dependentsOfColumn(before, ref, name);
  return {
    constraints: constraints.filter(({ id }) =>
      known.tables.get(relationKey(id.schema, id.table ?? ""))?.constraints.some((each) => each.name === id.name),
    ),
    indexes: indexes.filter(({ id }) => known.index([id.schema ?? "", id.name]) !== undefined),
  };
}
