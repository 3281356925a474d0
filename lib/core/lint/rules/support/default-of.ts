import type { Node } from "libpg-query";
import { as } from "../../../sql/tree.js";

/** The expression after DEFAULT in a column definition. */
export function defaultOf(constraints: readonly Node[] | undefined): Node | undefined {
  return (constraints ?? [])
    .map((node) => as(node, "Constraint"))
    .find((constraint) => constraint?.contype === "CONSTR_DEFAULT")?.raw_expr;
}
