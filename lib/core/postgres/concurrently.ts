import type { Node } from "libpg-query";
import { allCommands, as, listItems, optionIsOn, strings } from "../sql/tree.js";

interface WithNode {
  readonly node: Node;
}

export interface Concurrent {
  /** As it is written: `CREATE INDEX CONCURRENTLY`. */
  readonly verb: string;
  /** Index (or table) that it is about. */
  readonly name: string;
}

/** What a statement does CONCURRENTLY; undefined when it does nothing so. REFRESH is not one: it runs anywhere. */
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

/** Statements that the server refuses in a transaction block, as they are written; undefined for all others. */
export function refusedInTransaction(statement: WithNode): string | undefined {
  const concurrent = concurrently(statement);
  if (concurrent) return concurrent.verb;
  const vacuum = as(statement.node, "VacuumStmt");
  if (vacuum?.is_vacuumcmd) return "VACUUM";
  const reindex = as(statement.node, "ReindexStmt")?.kind;
  if (
    reindex === "REINDEX_OBJECT_DATABASE" ||
    reindex === "REINDEX_OBJECT_SYSTEM" ||
    reindex === "REINDEX_OBJECT_SCHEMA"
  ) {
    return "REINDEX of a schema or database";
  }
  if (as(statement.node, "CreatedbStmt")) return "CREATE DATABASE";
  if (as(statement.node, "DropdbStmt")) return "DROP DATABASE";
  if (as(statement.node, "CreateTableSpaceStmt")) return "CREATE TABLESPACE";
  if (as(statement.node, "AlterSystemStmt")) return "ALTER SYSTEM";
  const cluster = as(statement.node, "ClusterStmt");
  return cluster && !cluster.relation ? "CLUSTER of every table" : undefined;
}

/**
 * True when Flyway runs a script of this statement alone outside of a transaction: it knows fewer statements than the server
 * refuses. Source: flyway-database-postgresql 13.12.0 `PostgreSQLParser`, asked for each form of the test.
 */
export function flywayRunsOutside(statement: WithNode): boolean {
  const verb = refusedInTransaction(statement);
  const index = as(statement.node, "ReindexStmt")?.kind;
  const oneObject = index === "REINDEX_OBJECT_INDEX" || index === "REINDEX_OBJECT_TABLE";
  return verb !== undefined && !oneObject && !/^(DETACH|CLUSTER)/.test(verb);
}
