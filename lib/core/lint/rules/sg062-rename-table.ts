import type { RenameStmt } from "libpg-query";
import { treeAlone } from "../../sql/parse.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import { rangeKey, relationKey } from "../known/key.js";
import type { LintStatement } from "../lint-statement.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";

const KINDS: Readonly<Record<string, string>> = { OBJECT_TABLE: "table", OBJECT_VIEW: "view", OBJECT_SCHEMA: "schema" };

export const renameTable: Rule = {
  id: "SG062",
  slug: "rename-table",
  title: "A table, view or schema is renamed",
  condition:
    "ALTER TABLE, VIEW or SCHEMA … RENAME TO, unless it was made in the same release, or another table takes its name in the same transaction.",
  effect:
    "Old and new code run side by side while a release rolls out, and one of them names a table that is not there.",
  workaround:
    "Rename, and put a view with the old name in its place in the same transaction, until no code uses it any more.",
  lock: "AccessExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["RenameStmt"],
  *check(statement, known) {
    const rename = as(statement.node, "RenameStmt");
    const kind = KINDS[rename?.renameType ?? ""];
    if (!rename || kind === undefined || (rename.relation && known.isNew(rename.relation, statement))) return;
    if (isSwap(rename, statement)) return;
    const name = rename.relation ? tableName(rename.relation) : (rename.subname ?? "");
    const schema = rename.relation?.schemaname;
    const fresh = `${schema ? `${readableName(schema)}.` : ""}${readableName(rename.newname ?? "")}`;
    yield {
      statement,
      subject: { kind, name },
      message: `Code that names the ${kind} ${name} fails from the moment that it is called ${rename.newname}.`,
      remedy:
        rename.relation && kind === "table"
          ? {
              text: "In one transaction, put a view with the old name in its place (simple views take writes as well).",
              sql: `BEGIN;\n${statement.sql};\nCREATE VIEW ${readableRelation(rename.relation)} AS SELECT * FROM ${fresh};\nCOMMIT;`,
            }
          : {
              text: "Create the new one next to the old, change the code over, and drop the old one in a later release.",
            },
    };
  },
};

/** Whether one table takes the name that another gives up, in one transaction: code finds a table of that name all the time. */
function isSwap({ relation, newname = "" }: RenameStmt, { script, transaction, index }: LintStatement): boolean {
  if (!relation || transaction === null) return false;
  const [left, taken] = [rangeKey(relation), relationKey(relation.schemaname, newname)];
  const tables = script.statements.flatMap((each) => {
    const other = /\brename\b/i.test(each.sql) ? as(treeAlone(each.sql) ?? undefined, "RenameStmt") : undefined;
    if (other?.renameType !== "OBJECT_TABLE" || !other.relation) return [];
    const to = relationKey(other.relation.schemaname, other.newname ?? "");
    return [{ from: rangeKey(other.relation), to, index: each.index }];
  });
  return tables.some((each) => (each.index > index ? each.to === left : each.index < index && each.from === taken));
}
