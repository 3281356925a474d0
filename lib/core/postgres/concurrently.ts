import type { Node } from "libpg-query";
import { allCommands, as, listItems, optionIsOn, strings } from "../sql/tree.js";

interface WithNode {
  readonly node: Node;
}

export interface Concurrent {
  /** As written: `CREATE INDEX CONCURRENTLY`. */
  readonly verb: string;
  /** Index (or table) that it is about. */
  readonly name: string;
}

/** What a statement does CONCURRENTLY; undefined when it does nothing that way. REFRESH does not count: it runs anywhere. */
export function concurrently(statement: WithNode): Concurrent | undefined {
  const index = as(statement.node, "IndexStmt");
  if (index?.concurrent) return { verb: "CREATE INDEX CONCURRENTLY", name: index.idxname ?? "the index" };
  const drop = as(statement.node, "DropStmt");
  if (drop?.concurrent)
    return { verb: "DROP INDEX CONCURRENTLY", name: strings(listItems(drop.objects?.[0])).join(".") };
  const reindex = as(statement.node, "ReindexStmt");
  if (reindex && optionIsOn(reindex.params, "concurrently")) {
    return { verb: "REINDEX CONCURRENTLY", name: reindex.relation?.relname ?? reindex.name ?? "" };
  }
  for (const { command } of allCommands(statement.node)) {
    if (command.subtype !== "AT_DetachPartition") continue;
    const partition = as(command.def, "PartitionCmd");
    if (partition?.concurrent) return { verb: "DETACH PARTITION CONCURRENTLY", name: partition.name?.relname ?? "" };
  }
  return undefined;
}
