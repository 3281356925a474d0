import type {
  ClusterStmt,
  ConstraintsSetStmt,
  DiscardStmt,
  LockStmt,
  Node,
  RefreshMatViewStmt,
  TransactionStmt,
  VacuumStmt,
  VariableSetStmt,
} from "libpg-query";
import { LOCK_MODES } from "../../postgres/lock-modes.js";
import { deparse } from "../../sql/deparse.js";
import type { TransactionControl } from "../kinds/transaction-control.js";
import { relationName } from "./names.js";
import { type Draft, NotUnderstood } from "./reader.js";

export function readVariableSet(tree: VariableSetStmt): readonly Draft[] {
  const reset = tree.kind === "VAR_RESET" || tree.kind === "VAR_RESET_ALL" || tree.kind === "VAR_SET_DEFAULT";
  const value = reset ? null : (tree.args ?? []).map((node) => deparse(node)).join(", ");
  return [{ kind: "session-setting", name: tree.name ?? "all", value, local: tree.is_local ?? false }];
}

export function readDiscard(_tree: DiscardStmt): readonly Draft[] {
  return [{ kind: "session-setting", name: "all", value: null, local: false }];
}

const TRANSACTION: Readonly<Record<string, TransactionControl["command"]>> = {
  TRANS_STMT_BEGIN: "begin",
  TRANS_STMT_START: "begin",
  TRANS_STMT_COMMIT: "commit",
  TRANS_STMT_ROLLBACK: "rollback",
  TRANS_STMT_SAVEPOINT: "savepoint",
  TRANS_STMT_RELEASE: "release",
  TRANS_STMT_ROLLBACK_TO: "rollback to",
  TRANS_STMT_PREPARE: "prepare",
  TRANS_STMT_COMMIT_PREPARED: "commit",
  TRANS_STMT_ROLLBACK_PREPARED: "rollback",
};

export function readTransaction(tree: TransactionStmt): readonly Draft[] {
  const command = TRANSACTION[tree.kind ?? ""];
  if (!command) throw new NotUnderstood("the effect of this transaction command is not known");
  return [{ kind: "transaction-control", command }];
}

export function readSetConstraints(_tree: ConstraintsSetStmt): readonly Draft[] {
  return [{ kind: "transaction-control", command: "set constraints" }];
}

export function readLock(tree: LockStmt): readonly Draft[] {
  const mode = LOCK_MODES[(tree.mode ?? 8) - 1] ?? "AccessExclusiveLock";
  return relations(tree.relations).map((table) => ({ kind: "lock-table", table, mode }) as const);
}

export function readRefresh(tree: RefreshMatViewStmt): readonly Draft[] {
  const { concurrent = false, skipData = false } = tree;
  return [{ kind: "refresh-view", view: relationName(tree.relation), concurrently: concurrent, fills: !skipData }];
}

export function readVacuum(tree: VacuumStmt): readonly Draft[] {
  const full = (tree.options ?? []).some((node) => "DefElem" in node && node.DefElem.defname === "full");
  const command = tree.is_vacuumcmd ? (full ? "vacuum full" : "vacuum") : "analyze";
  const tables = (tree.rels ?? []).flatMap((node) =>
    "VacuumRelation" in node ? [relationName(node.VacuumRelation.relation)] : [],
  );
  return tables.length === 0
    ? [{ kind: "maintain", command, table: null }]
    : tables.map((table) => ({ kind: "maintain", command, table }) as const);
}

export function readCluster(tree: ClusterStmt): readonly Draft[] {
  return [{ kind: "maintain", command: "cluster", table: tree.relation ? relationName(tree.relation) : null }];
}

function relations(nodes: readonly Node[] | undefined) {
  return (nodes ?? []).flatMap((node) => ("RangeVar" in node ? [relationName(node.RangeVar)] : []));
}
