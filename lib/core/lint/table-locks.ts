import type { AlterTableCmd, AlterTableType, Constraint, Node, RangeVar } from "libpg-query";
import { LOCK_MODES, type LockMode } from "../postgres/lock-modes.js";
import { LOCKS } from "../postgres/locks.js";
import { as, kindOf, listItems, type NodeKind, optionIsOn, strings } from "../sql/tree.js";

/** A lock that a statement takes on a table that it names. */
export interface TableLock {
  readonly table: RangeVar;
  readonly mode: LockMode;
}

/** ALTER TABLE commands with a lock of their own. */
const COMMANDS: Partial<Record<AlterTableType, LockMode>> = {
  AT_ValidateConstraint: LOCKS["validate constraint"],
  AT_SetStatistics: LOCKS["set statistics"],
  AT_SetOptions: LOCKS["set column parameters"],
  AT_ResetOptions: LOCKS["set column parameters"],
  AT_ClusterOn: LOCKS["cluster on"],
  AT_DropCluster: LOCKS["cluster on"],
  AT_SetRelOptions: LOCKS["set table parameters"],
  AT_ResetRelOptions: LOCKS["set table parameters"],
  AT_AttachPartition: LOCKS["attach partition"],
  AT_EnableTrig: LOCKS["enable trigger"],
  AT_EnableAlwaysTrig: LOCKS["enable trigger"],
  AT_EnableReplicaTrig: LOCKS["enable trigger"],
  AT_EnableTrigAll: LOCKS["enable trigger"],
  AT_EnableTrigUser: LOCKS["enable trigger"],
  AT_DisableTrig: LOCKS["enable trigger"],
  AT_DisableTrigAll: LOCKS["enable trigger"],
  AT_DisableTrigUser: LOCKS["enable trigger"],
};

const STRENGTH: readonly LockMode[] = LOCK_MODES;

export function atLeast(mode: LockMode, floor: LockMode): boolean {
  return STRENGTH.indexOf(mode) >= STRENGTH.indexOf(floor);
}

function lock(table: RangeVar | undefined, mode: LockMode): TableLock[] {
  return table ? [{ table, mode }] : [];
}

const RENAMED_ON_TABLES: ReadonlySet<string | undefined> = new Set([
  "OBJECT_TABLE",
  "OBJECT_COLUMN",
  "OBJECT_TABCONSTRAINT",
  "OBJECT_TRIGGER",
  "OBJECT_POLICY",
  "OBJECT_RULE",
]);

/** Renaming an index, a sequence or a view takes no lock on a table. */
function renameLocks(node: Node): TableLock[] {
  const rename = as(node, "RenameStmt");
  const ofView = rename?.relationType === "OBJECT_VIEW" || rename?.relationType === "OBJECT_FOREIGN_TABLE";
  return RENAMED_ON_TABLES.has(rename?.renameType) && !ofView ? lock(rename?.relation, LOCKS["alter table"]) : [];
}

/** LOCK TABLE gives the mode as the server numbers it, from 1 for ACCESS SHARE. */
function lockStatementLocks(node: Node): TableLock[] {
  const statement = as(node, "LockStmt");
  const mode = STRENGTH[(statement?.mode ?? STRENGTH.length) - 1] ?? LOCKS["alter table"];
  return (statement?.relations ?? []).flatMap((item) => lock(as(item, "RangeVar"), mode));
}

/** REINDEX INDEX does not name a table. */
function reindexLocks(node: Node): TableLock[] {
  const reindex = as(node, "ReindexStmt");
  if (reindex?.kind !== "REINDEX_OBJECT_TABLE") return [];
  return lock(
    reindex.relation,
    optionIsOn(reindex.params, "concurrently") ? LOCKS["reindex concurrently"] : LOCKS.reindex,
  );
}

function vacuumLocks(node: Node): TableLock[] {
  const vacuum = as(node, "VacuumStmt");
  const mode = optionIsOn(vacuum?.options, "full") ? LOCKS["vacuum full"] : LOCKS.vacuum;
  return (vacuum?.rels ?? []).flatMap((item) => lock(as(item, "VacuumRelation")?.relation, mode));
}

function alterTableLocks(node: Node): TableLock[] {
  const alter = as(node, "AlterTableStmt");
  if (alter?.objtype === "OBJECT_INDEX" || alter?.objtype === "OBJECT_VIEW" || alter?.objtype === "OBJECT_SEQUENCE")
    return [];
  const commands = (alter?.cmds ?? []).flatMap((item) => as(item, "AlterTableCmd") ?? []);
  const modes = commands.map(commandLock).sort((a, b) => STRENGTH.indexOf(b) - STRENGTH.indexOf(a));
  const own = modes[0] ? lock(alter?.relation, modes[0]) : [];
  return [...own, ...commands.flatMap(otherTables)];
}

function commandLock(command: AlterTableCmd): LockMode {
  if (isForeignKey(command)) return LOCKS["add foreign key"];
  if (command.subtype === "AT_DetachPartition" && as(command.def, "PartitionCmd")?.concurrent) {
    return LOCKS["detach partition concurrently"];
  }
  return (command.subtype && COMMANDS[command.subtype]) ?? LOCKS["alter table"];
}

function isForeignKey(command: AlterTableCmd): boolean {
  return command.subtype === "AT_AddConstraint" && as(command.def, "Constraint")?.contype === "CONSTR_FOREIGN";
}

/** The tables that new foreign keys refer to, the parent of INHERIT, and the partition of ATTACH and DETACH. */
function otherTables(command: AlterTableCmd): TableLock[] {
  if (isForeignKey(command)) return lock(as(command.def, "Constraint")?.pktable, LOCKS["add foreign key, referenced"]);
  if (command.subtype === "AT_AddColumn") return referencedLocks(keysOfColumn(command.def));
  if (command.subtype === "AT_AddInherit") return lock(as(command.def, "RangeVar"), LOCKS["inherit, parent"]);
  const partition = as(command.def, "PartitionCmd");
  return lock(partition?.name, LOCKS["attach partition, partition"]);
}

function indexLocks(node: Node): TableLock[] {
  const index = as(node, "IndexStmt");
  return lock(index?.relation, index?.concurrent ? LOCKS["create index concurrently"] : LOCKS["create index"]);
}

function dropLocks(node: Node): TableLock[] {
  const drop = as(node, "DropStmt");
  const parts = (drop?.objects ?? []).map((object) => strings(listItems(object)));
  if (drop?.removeType === "OBJECT_TABLE") return parts.flatMap((names) => lock(relation(names), LOCKS["drop table"]));
  if (drop?.removeType === "OBJECT_TRIGGER" || drop?.removeType === "OBJECT_POLICY") {
    return parts.flatMap((names) => lock(relation(names.slice(0, -1)), LOCKS["alter object on table"]));
  }
  return [];
}

/** A relation from the parts of its name. */
export function relation(parts: readonly string[]): RangeVar {
  const schemaname = parts.at(-2);
  return { relname: parts.at(-1) ?? "", ...(schemaname === undefined ? {} : { schemaname }) };
}

/** The parents of a partition or a child, and the tables that foreign keys refer to. */
function createLocks(node: Node): TableLock[] {
  const create = as(node, "CreateStmt");
  const mode = create?.partbound ? LOCKS["create table, partitioned parent"] : LOCKS["inherit, parent"];
  const parents = (create?.inhRelations ?? []).flatMap((item) => lock(as(item, "RangeVar"), mode));
  return [...parents, ...referencedLocks(foreignKeysOf(node))];
}

function referencedLocks(keys: readonly Constraint[]): TableLock[] {
  return keys.flatMap((key) => lock(key.pktable, LOCKS["add foreign key, referenced"]));
}

function keysOfColumn(column: Node | undefined): readonly Constraint[] {
  return (as(column, "ColumnDef")?.constraints ?? []).flatMap((each) => as(each, "Constraint") ?? []).filter(isKey);
}

function isKey({ contype }: Constraint): boolean {
  return contype === "CONSTR_FOREIGN";
}

/** Foreign keys in a CREATE TABLE, next to the columns or after them. */
export function foreignKeysOf(node: Node): readonly Constraint[] {
  const create = as(node, "CreateStmt");
  return (create?.tableElts ?? []).flatMap((element) => [
    ...[as(element, "Constraint")].filter((each) => each !== undefined).filter(isKey),
    ...keysOfColumn(element),
  ]);
}

/** COMMENT ON TABLE, COLUMN, CONSTRAINT, TRIGGER, RULE and POLICY. */
function commentLocks(node: Node): TableLock[] {
  const comment = as(node, "CommentStmt");
  const parts = strings(listItems(comment?.object));
  if (comment?.objtype === "OBJECT_TABLE") return lock(relation(parts), LOCKS.comment);
  return PARTS_OF_TABLES.has(comment?.objtype) ? lock(relation(parts.slice(0, -1)), LOCKS.comment) : [];
}

const PARTS_OF_TABLES: ReadonlySet<string | undefined> = new Set([
  ...["OBJECT_COLUMN", "OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY"],
]);

function refreshLocks(node: Node): TableLock[] {
  const refresh = as(node, "RefreshMatViewStmt");
  return lock(
    refresh?.relation,
    refresh?.concurrent ? LOCKS["refresh materialized view concurrently"] : LOCKS["refresh materialized view"],
  );
}

/** What each kind of statement locks. A test compares it with every operation that is measured. */
const READERS: Partial<Readonly<Record<NodeKind, (node: Node) => readonly TableLock[]>>> = {
  AlterTableStmt: alterTableLocks,
  IndexStmt: indexLocks,
  DropStmt: dropLocks,
  RenameStmt: renameLocks,
  LockStmt: lockStatementLocks,
  ReindexStmt: reindexLocks,
  VacuumStmt: vacuumLocks,
  AlterObjectSchemaStmt: (node) => lock(as(node, "AlterObjectSchemaStmt")?.relation, LOCKS["alter table"]),
  TruncateStmt: (node) =>
    (as(node, "TruncateStmt")?.relations ?? []).flatMap((table) => lock(as(table, "RangeVar"), LOCKS.truncate)),
  ClusterStmt: (node) => lock(as(node, "ClusterStmt")?.relation, LOCKS.cluster),
  CreateTrigStmt: (node) => lock(as(node, "CreateTrigStmt")?.relation, LOCKS["create trigger"]),
  CreatePolicyStmt: (node) => lock(as(node, "CreatePolicyStmt")?.table, LOCKS["create policy"]),
  AlterPolicyStmt: (node) => lock(as(node, "AlterPolicyStmt")?.table, LOCKS["alter object on table"]),
  CommentStmt: commentLocks,
  RuleStmt: (node) => lock(as(node, "RuleStmt")?.relation, LOCKS["create rule"]),
  CreateStmt: createLocks,
  RefreshMatViewStmt: refreshLocks,
};

/** Kinds of statement that may lock a table that exists. */
export const LOCKING_KINDS = Object.keys(READERS) as readonly NodeKind[];

const known = new WeakMap<Node, readonly TableLock[]>();

/** Locks on the tables that a statement names, as far as its text tells; `SELECT` and `INSERT` are left out. */
export function tableLocks(node: Node): readonly TableLock[] {
  const kind = kindOf(node);
  const found = known.get(node) ?? READERS[kind]?.(node) ?? [];
  known.set(node, found);
  return found;
}
