import type { Node } from "libpg-query";
import { as, kindOf, type NodeKind, option, optionIsOn } from "../sql/tree.js";
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
  readonly kind: NodeKind;
  /** As written. */
  readonly verb: string;
  /** Whether Flyway knows it, and runs a script containing only it outside a transaction. */
  readonly flyway: boolean;
  /** Which statements of the kind; all when absent. */
  readonly is?: (node: Node) => boolean;
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
  { kind: "VacuumStmt", verb: "VACUUM", flyway: true, is: (node) => as(node, "VacuumStmt")?.is_vacuumcmd === true },
  {
    kind: "ReindexStmt",
    verb: "REINDEX of a schema or database",
    flyway: true,
    is: (node) => WHOLE.has(as(node, "ReindexStmt")?.kind),
  },
  { kind: "CreatedbStmt", verb: "CREATE DATABASE", flyway: true },
  { kind: "DropdbStmt", verb: "DROP DATABASE", flyway: true },
  {
    kind: "AlterDatabaseStmt",
    verb: "ALTER DATABASE … SET TABLESPACE",
    flyway: false,
    is: (node) => option(as(node, "AlterDatabaseStmt")?.options, "tablespace") !== undefined,
  },
  { kind: "CreateTableSpaceStmt", verb: "CREATE TABLESPACE", flyway: true },
  { kind: "DropTableSpaceStmt", verb: "DROP TABLESPACE", flyway: true },
  { kind: "AlterSystemStmt", verb: "ALTER SYSTEM", flyway: true },
  {
    kind: "ClusterStmt",
    verb: "CLUSTER of every table",
    flyway: false,
    is: (node) => "ClusterStmt" in node && !node.ClusterStmt.relation,
  },
  {
    kind: "DiscardStmt",
    verb: "DISCARD ALL",
    flyway: true,
    is: (node) => as(node, "DiscardStmt")?.target === "DISCARD_ALL",
  },
  {
    kind: "TransactionStmt",
    verb: "COMMIT PREPARED",
    flyway: false,
    is: (node) => PREPARED.has(as(node, "TransactionStmt")?.kind),
  },
  { kind: "CreateSubscriptionStmt", verb: "CREATE SUBSCRIPTION with a replication slot", flyway: true, is: makesSlot },
  { kind: "DropSubscriptionStmt", verb: "DROP SUBSCRIPTION with a replication slot", flyway: true },
  {
    kind: "AlterSubscriptionStmt",
    verb: "ALTER SUBSCRIPTION with a refresh",
    flyway: false,
    is: refreshesSubscription,
  },
];

/** The slot is created on the publisher, which no rollback reaches. */
function makesSlot(node: Node): boolean {
  const options = as(node, "CreateSubscriptionStmt")?.options;
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
  const own = kindOf(node);
  return REFUSED.find(({ kind, is }) => kind === own && (is?.(node) ?? true));
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
