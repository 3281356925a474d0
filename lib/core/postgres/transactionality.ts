import type { Node } from "libpg-query";
import { as, option, optionIsOn } from "../sql/tree.js";
import { concurrently } from "./concurrently.js";

/**
 * `inside`: any transaction will do. `outside`: PostgreSQL refuses it in a transaction block. `own`: allowed inside, but its effect can only be used
 * after commit.
 */
export type Transactionality = "inside" | "outside" | "own";

interface WithNode {
  readonly node: Node;
}

interface Refused {
  /** As written. */
  readonly verb: string;
  /** Whether Flyway knows it, and runs a script containing only it outside a transaction. */
  readonly flyway: boolean;
  /** Whether a statement is one of these. */
  readonly is: (node: Node) => boolean;
}

const WHOLE: ReadonlySet<string | undefined> = new Set([
  "REINDEX_OBJECT_SCHEMA",
  "REINDEX_OBJECT_DATABASE",
  "REINDEX_OBJECT_SYSTEM",
]);

const PREPARED: ReadonlySet<string | undefined> = new Set([
  "TRANS_STMT_COMMIT_PREPARED",
  "TRANS_STMT_ROLLBACK_PREPARED",
]);

const REFRESHING: ReadonlySet<string | undefined> = new Set([
  "ALTER_SUBSCRIPTION_SET_PUBLICATION",
  "ALTER_SUBSCRIPTION_ADD_PUBLICATION",
  "ALTER_SUBSCRIPTION_DROP_PUBLICATION",
]);

/**
 * What the server refuses in a transaction block: its calls of PreventInTransactionBlock, measured in test/core/postgres/transactionality.test.ts.
 * Flyway: `PostgreSQLParser` of flyway-database-postgresql 13.12.0. CONCURRENTLY is checked before these.
 */
const REFUSED: readonly Refused[] = [
  { verb: "VACUUM", flyway: true, is: (node) => as(node, "VacuumStmt")?.is_vacuumcmd === true },
  {
    verb: "REINDEX of a schema or database",
    flyway: true,
    is: (node) => WHOLE.has(as(node, "ReindexStmt")?.kind),
  },
  { verb: "CREATE DATABASE", flyway: true, is: (node) => as(node, "CreatedbStmt") !== undefined },
  { verb: "DROP DATABASE", flyway: true, is: (node) => as(node, "DropdbStmt") !== undefined },
  {
    verb: "ALTER DATABASE … SET TABLESPACE",
    flyway: false,
    is: (node) => option(as(node, "AlterDatabaseStmt")?.options, "tablespace") !== undefined,
  },
  { verb: "CREATE TABLESPACE", flyway: true, is: (node) => as(node, "CreateTableSpaceStmt") !== undefined },
  { verb: "DROP TABLESPACE", flyway: true, is: (node) => as(node, "DropTableSpaceStmt") !== undefined },
  { verb: "ALTER SYSTEM", flyway: true, is: (node) => as(node, "AlterSystemStmt") !== undefined },
  {
    verb: "CLUSTER of every table",
    flyway: false,
    is: (node) => "ClusterStmt" in node && !node.ClusterStmt.relation,
  },
  { verb: "DISCARD ALL", flyway: true, is: (node) => as(node, "DiscardStmt")?.target === "DISCARD_ALL" },
  { verb: "COMMIT PREPARED", flyway: false, is: (node) => PREPARED.has(as(node, "TransactionStmt")?.kind) },
  { verb: "CREATE SUBSCRIPTION with a replication slot", flyway: true, is: makesSlot },
  { verb: "DROP SUBSCRIPTION with a replication slot", flyway: true, is: (node) => "DropSubscriptionStmt" in node },
  { verb: "ALTER SUBSCRIPTION with a refresh", flyway: false, is: refreshesSubscription },
];

/** The slot is created on the publisher, which no rollback reaches. */
function makesSlot(node: Node): boolean {
  const options = as(node, "CreateSubscriptionStmt")?.options;
  if (!("CreateSubscriptionStmt" in node)) return false;
  return isOnUnlessOff(options, "connect") && isOnUnlessOff(options, "create_slot");
}

function refreshesSubscription(node: Node): boolean {
  const alter = as(node, "AlterSubscriptionStmt");
  if (alter?.kind === "ALTER_SUBSCRIPTION_REFRESH") return true;
  return REFRESHING.has(alter?.kind) && isOnUnlessOff(alter?.options, "refresh");
}

function isOnUnlessOff(options: readonly Node[] | undefined, name: string): boolean {
  return option(options, name) === undefined || optionIsOn(options, name);
}

/** Statements that the server refuses in a transaction block, as written; undefined for all others. */
export function refusedInTransaction(statement: WithNode): string | undefined {
  return concurrently(statement)?.verb ?? refused(statement.node)?.verb;
}

function refused(node: Node): Refused | undefined {
  return REFUSED.find(({ is }) => is(node));
}

/** Where a statement may run, as far as its text tells: CLUSTER and REINDEX of one table are refused if it is partitioned. */
export function transactionalityOf(statement: WithNode): Transactionality {
  if (refusedInTransaction(statement) !== undefined) return "outside";
  const type = as(statement.node, "AlterEnumStmt");
  return type?.newVal !== undefined && type.oldVal === undefined ? "own" : "inside";
}

/** True when Flyway runs a script containing only this statement outside a transaction: it knows fewer statements than the server refuses. */
export function flywayRunsOutside(statement: WithNode): boolean {
  const verb = concurrently(statement)?.verb;
  if (verb !== undefined && !WHOLE.has(as(statement.node, "ReindexStmt")?.kind))
    return verb.startsWith("CREATE INDEX") || verb.startsWith("DROP INDEX");
  return refused(statement.node)?.flyway === true;
}
