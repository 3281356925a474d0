import { readableName } from "../../sql/readable-name.js";
import { as, listItems, strings } from "../../sql/tree.js";
import { partsKey } from "../known/key.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const concurrentDropRefused: Rule = {
  id: "SG109",
  slug: "concurrent-drop-refused",
  title: "DROP INDEX CONCURRENTLY of several indexes, with CASCADE, or of a partitioned table's",
  condition:
    "DROP INDEX CONCURRENTLY that names more than one index, or has CASCADE, or names an index of a partitioned table.",
  effect: "The server refuses the statement, and the migration fails.",
  workaround:
    "One DROP INDEX CONCURRENTLY for each index, without CASCADE; the index of a partitioned table is dropped plainly.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  refuses: true,
  nodes: ["DropStmt"],
  *check(statement, known) {
    const drop = as(statement.node, "DropStmt");
    if (drop?.removeType !== "OBJECT_INDEX" || !drop.concurrent) return;
    const names = (drop.objects ?? []).map((object) => strings(listItems(object)));
    const partitioned = names.find((parts) => {
      const table = known.tables.get(known.index(parts)?.table ?? "");
      return table?.kind === "partitioned";
    });
    const [first = []] = names;
    const why =
      names.length > 1
        ? "it names several indexes"
        : drop.behavior === "DROP_CASCADE"
          ? "it has CASCADE"
          : partitioned && `${partsKey(partitioned)} is the index of a partitioned table`;
    if (!why) return;
    yield {
      statement,
      subject: { kind: "index", name: (partitioned ?? first).join(".") },
      message: `The server refuses this DROP INDEX CONCURRENTLY, because ${why}.`,
      remedy:
        names.length > 1
          ? { text: "Drop each index by a statement of its own.", sql: names.map(dropOne).join("\n") }
          : {
              text: partitioned ? "Drop it without CONCURRENTLY, when the table can be locked." : "Leave CASCADE out.",
            },
    };
  },
};

function dropOne(parts: readonly string[]): string {
  return `DROP INDEX CONCURRENTLY ${parts.map(readableName).join(".")};`;
}
