import type { RangeVar } from "libpg-query";
import { rangeKey } from "../../lint/known/key.js";
import type { LintStatement } from "../../lint/lint-statement.js";
import { treeAlone } from "../../sql/parse.js";
import { type AlterCommand, allCommands } from "../../sql/tree.js";

/** What these statements of a migration alter in a table. `word`: one that each of them contains, so that few are parsed. */
export function commandsOn(
  table: RangeVar,
  statements: LintStatement["script"]["statements"],
  word: string,
): readonly AlterCommand[] {
  const has = new RegExp(`\\b${word}\\b`, "i");
  return statements.flatMap(({ sql }) => {
    const tree = has.test(sql) ? treeAlone(sql) : null;
    return tree ? allCommands(tree).filter((each) => rangeKey(each.table) === rangeKey(table)) : [];
  });
}
