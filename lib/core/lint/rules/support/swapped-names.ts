import type { RenameStmt } from "libpg-query";
import { treeAlone } from "../../../sql/parse.js";
import { as } from "../../../sql/tree.js";
import { rangeKey } from "../../known/key.js";
import type { LintStatement } from "../../lint-statement.js";

/** Which half of a swap of two columns a rename is, where its script is one transaction: it `gives` a name that another column `takes`. */
export function halfOfSwap(rename: RenameStmt, { script }: LintStatement): "gives" | "takes" | null {
  const others = script.statements.flatMap(({ sql }) => {
    const other = /\brename\b/i.test(sql) ? as(treeAlone(sql) ?? undefined, "RenameStmt") : undefined;
    const isOn = other?.relation && rename.relation && rangeKey(other.relation) === rangeKey(rename.relation);
    return isOn && other.renameType === "OBJECT_COLUMN" ? [other] : [];
  });
  if (others.some(({ newname }) => newname === rename.subname)) return "gives";
  return others.some(({ subname }) => subname === rename.newname) ? "takes" : null;
}
