import { as, listItems, strings } from "../../sql/tree.js";
import { partsKey } from "../known/key.js";
import type { Known } from "../known/known.js";
import type { KnownTable } from "../known/table.js";
import type { LintStatement } from "../lint-statement.js";
import { ALL_VERSIONS, type Report, type Rule } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const dropLocksTheParent: Rule = {
  id: "SG034",
  slug: "drop-locks-the-parent",
  title: "Dropping a foreign key locks the parent too",
  condition:
    "DROP CONSTRAINT of a foreign key, or DROP TABLE of a table with one, as far as the catalog or the files tell that there is one.",
  effect:
    "ACCESS EXCLUSIVE is taken on the referenced table as well, which the statement does not name: it waits for every reader of the parent, and readers wait behind it.",
  workaround: "Set a short lock_timeout and retry; drop the foreign key by itself before the table.",
  lock: "AccessExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: ["DropStmt", "AT_DropConstraint"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_DropConstraint")) {
      yield* judge(statement, known, known.table(table), (name) => name === command.name);
    }
    const drop = as(statement.node, "DropStmt");
    if (drop?.removeType !== "OBJECT_TABLE") return;
    for (const object of drop.objects ?? []) {
      yield* judge(statement, known, known.tables.get(partsKey(strings(listItems(object)))), () => true);
    }
  },
};

function* judge(
  statement: LintStatement,
  known: Known,
  table: KnownTable | undefined,
  dropped: (name: string | null) => boolean,
): Generator<Report> {
  if (!table || known.isNewTable(table, statement)) return;
  for (const constraint of table.constraints) {
    const parent = constraint.references;
    if (constraint.type !== "foreign" || parent === null || parent === table.key || !dropped(constraint.name)) continue;
    const target = known.tables.get(parent);
    if (target && known.isNewTable(target, statement)) continue;
    yield {
      statement,
      subject: { kind: "table", name: parent },
      message: `${table.key} references ${parent}, so dropping this takes ACCESS EXCLUSIVE on ${parent} as well.`,
      remedy: {
        text: "Set a short lock_timeout and retry, so that readers of the parent do not queue behind it.",
        sql: "SET lock_timeout = '2s';",
      },
    };
  }
}
