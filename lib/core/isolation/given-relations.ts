import { treeIn } from "../sql/body-tree.js";
import { nodesWith, Variables } from "../sql/body-variables.js";
import type { ParsedStatement } from "../sql/statement.js";
import { find, strings } from "../sql/tree.js";

/**
 * Parameters of a function that hold a relation its caller has named, as Diesel's `diesel_manage_updated_at(_tbl regclass)`: a regclass that
 * the body sets nowhere and hides behind no variable. Printed, it is one quoted name; which schema it is in is judged where it is called.
 */
export function givenRelations({ node }: ParsedStatement, tree: unknown): ReadonlySet<string> {
  const names = find(node, "FunctionParameter").flatMap(({ name, mode, argType }) => {
    const isIn = mode === "FUNC_PARAM_IN" || mode === "FUNC_PARAM_DEFAULT";
    const type = strings(argType?.names).join(".");
    const isRelation = /^(pg_catalog\.)?regclass$/.test(type) && argType?.arrayBounds === undefined;
    return name && isIn && isRelation ? [name] : [];
  });
  if (names.length === 0) return new Set();
  const [made] = [...nodesWith(tree, "PLpgSQL_function")];
  const body = treeIn(made, "PLpgSQL_function") ?? {};
  const variables = new Variables(body);
  const set = variables.assignedIn(body.action);
  return new Set(names.filter((name) => variables.isOne(name) && !set.has(name)));
}
