import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { halfOfSwap } from "./support/swapped-names.js";

export const renameColumn: Rule = {
  id: "SG016",
  slug: "rename-column",
  title: "A column is renamed",
  condition: "RENAME COLUMN on an existing table, unless another column takes the name over in the same transaction.",
  effect:
    "Old and new code run side by side while a release rolls out, and one of them names a column that is not there.",
  workaround:
    "Add a column with the new name, keep both in step by a trigger, change the code over, and drop the old one in a later release.",
  lock: "AccessExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["RenameStmt"],
  *check(statement, known) {
    const rename = as(statement.node, "RenameStmt");
    const table = rename?.relation;
    if (!table || rename.renameType !== "OBJECT_COLUMN" || rename.relationType !== "OBJECT_TABLE") return;
    const column = known.table(table)?.columns.get(rename.subname ?? "");
    if (known.isNew(table, statement) || (column?.addedBy && known.sameRelease(column.addedBy, statement))) return;
    const half = statement.transaction === null ? null : halfOfSwap(rename, statement);
    if (half === "gives") return;
    yield {
      statement,
      // When two columns are swapped, the second name already existed.
      ...(half === "takes" ? { severity: "note" as const } : {}),
      subject: { kind: "column", name: `${tableName(table)}.${rename.subname}` },
      table,
      message: `Code that names ${tableName(table)}.${rename.subname} fails from the moment that it is called ${rename.newname}.`,
      remedy: {
        text: "Add the column under its new name, write both, change the readers over, and drop the old one in a later release.",
      },
    };
  },
};
