import type { RangeVar } from "libpg-query";
import { rangeKey } from "../../lint/known/key.js";
import type { LintStatement } from "../../lint/lint-statement.js";
import { treeAlone } from "../../sql/parse.js";
import { find } from "../../sql/tree.js";

/** Whether a later statement of the migration may write rows of a table that an index or key, kept until then, would refuse. */
export function isWrittenLater(table: RangeVar, { script, index }: LintStatement): boolean {
  return script.statements
    .filter((each) => each.index > index && /\b(insert|update|merge|copy|do|call|select)\b/i.test(each.sql))
    .some(({ sql }) => {
      const tree = treeAlone(sql);
      if (tree === null || "DoStmt" in tree || "CallStmt" in tree) return true;
      const written = [
        ...find(tree, "InsertStmt"),
        ...find(tree, "UpdateStmt"),
        ...find(tree, "MergeStmt"),
        ...find(tree, "CopyStmt"),
      ];
      return written.some(({ relation }) => relation !== undefined && rangeKey(relation) === rangeKey(table));
    });
}
