import { as } from "../../sql/tree.js";
import { type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";
import { isOnlyCommand } from "./support/fixable.js";

export const detachPartition: Rule = {
  id: "SG070",
  slug: "detach-partition",
  title: "DETACH PARTITION locks the parent out",
  condition: "DETACH PARTITION without CONCURRENTLY (available from PostgreSQL 14).",
  effect:
    "ACCESS EXCLUSIVE is taken on the parent and the partition: it waits for every open query of the partitioned table, and all others wait behind it.",
  workaround:
    "DETACH PARTITION … CONCURRENTLY, outside a transaction; not possible while there is a DEFAULT partition.",
  lock: "AccessExclusiveLock",
  work: "none",
  versions: { from: 14, to: null },
  severity: "warning",
  sized: false,
  nodes: ["AT_DetachPartition"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_DetachPartition")) {
      const partition = as(command.def, "PartitionCmd");
      if (!partition?.name || partition.concurrent || known.isNew(table, statement)) continue;
      const hasDefault = [...(known.table(table)?.partitions.values() ?? [])].some(({ isDefault }) => isDefault);
      const sql = `${statement.sql} CONCURRENTLY`;
      yield {
        statement,
        location: partition.name.location,
        subject: { kind: "table", name: tableName(table) },
        message: `Detaching ${tableName(partition.name)} takes ACCESS EXCLUSIVE on ${tableName(table)}; it waits for open queries, and all others wait behind it.`,
        remedy: hasDefault
          ? {
              text: "Set a short lock_timeout and retry; CONCURRENTLY is refused because of the DEFAULT partition.",
              sql: "SET lock_timeout = '2s';",
            }
          : { text: "Detach it concurrently, outside a transaction.", sql: `${sql};` },
        ...(isOnlyCommand(statement) && !hasDefault && known.circumstances.versions.from >= 14 ? { fix: [sql] } : {}),
      };
    }
  },
};
