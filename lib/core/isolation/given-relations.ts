import type { ParsedStatement } from "../sql/statement.js";
import { find, strings, visit } from "../sql/tree.js";

/** Statements that set a variable that they do not name in the tree. */
const SETS_UNNAMED: ReadonlySet<string> = new Set([
  ...["PLpgSQL_stmt_foreach_a", "PLpgSQL_stmt_getdiag", "PLpgSQL_stmt_call"],
]);

/**
 * Parameters of a function that hold a relation its caller has named, as Diesel's `diesel_manage_updated_at(_tbl regclass)`: a regclass that
 * the body sets nowhere and hides behind no variable. Printed, it is one quoted name; which schema it is in is judged where it is called.
 */
export function givenRelations({ node }: ParsedStatement, body: unknown): ReadonlySet<string> {
  const names = find(node, "FunctionParameter").flatMap(({ name, mode, argType }) => {
    const isIn = mode === "FUNC_PARAM_IN" || mode === "FUNC_PARAM_DEFAULT";
    const type = strings(argType?.names).join(".");
    const isRelation = /^(pg_catalog\.)?regclass$/.test(type) && argType?.arrayBounds === undefined;
    return name && isIn && isRelation ? [name] : [];
  });
  return new Set(names.filter((name) => !isSet(name, body)));
}

function isSet(name: string, body: unknown): boolean {
  let declared = 0;
  let set = false;
  visit(body, (tag, tree) => {
    if (SETS_UNNAMED.has(tag)) set = true;
    if ("refname" in tree && tree.refname === name) declared += 1;
    if ("fields" in tree && Array.isArray(tree.fields)) set ||= tree.fields.some((field) => field.name === name);
    if ("query" in tree && "parseMode" in tree && Number(tree.parseMode) >= 3)
      set ||= (String(tree.query).split("=")[0] ?? "").toLowerCase().includes(name.toLowerCase());
  });
  return set || declared > 1;
}
