import type {
  CopyStmt,
  DeleteStmt,
  InsertStmt,
  MergeStmt,
  Node,
  SelectStmt,
  TruncateStmt,
  UpdateStmt,
} from "libpg-query";
import { visit } from "../../sql/tree.js";
import { relationName } from "./names.js";
import { type Draft, NotUnderstood } from "./reader.js";
import { createdByInto } from "./select-into.js";
import { functionsCalled, tablesRead } from "./tables-read.js";

/** Writes in WITH queries come first: each is a separate table that the statement changes. */
function withWrites(tree: object): readonly Draft[] {
  const found: Draft[] = [];
  visit(tree, (tag, inner) => {
    if (tag === "InsertStmt") found.push(insert(inner as InsertStmt));
    if (tag === "UpdateStmt") found.push(update(inner as UpdateStmt));
    if (tag === "DeleteStmt") found.push(remove(inner as DeleteStmt));
    if (tag === "MergeStmt") found.push(merge(inner as MergeStmt));
  });
  return found;
}

export function readInsert(tree: InsertStmt): readonly Draft[] {
  return [...withWrites(tree), insert(tree)];
}

export function readUpdate(tree: UpdateStmt): readonly Draft[] {
  return [...withWrites(tree), update(tree)];
}

export function readDelete(tree: DeleteStmt): readonly Draft[] {
  return [...withWrites(tree), remove(tree)];
}

export function readMerge(tree: MergeStmt): readonly Draft[] {
  return [...withWrites(tree), merge(tree)];
}

function insert(tree: InsertStmt): Draft {
  const table = relationName(tree.relation);
  const change = tree.onConflictClause?.action === "ONCONFLICT_UPDATE" ? "merge" : "insert";
  const reads = tablesRead(tree.selectStmt);
  return { kind: "write-rows", change, table, columns: targets(tree.cols), filtered: true, reads };
}

function update(tree: UpdateStmt): Draft {
  const columns = targets(tree.targetList);
  const reads = tablesRead([...(tree.fromClause ?? []), ...(tree.whereClause ? [tree.whereClause] : [])]);
  const filtered = tree.whereClause !== undefined;
  return { kind: "write-rows", change: "update", table: relationName(tree.relation), columns, filtered, reads };
}

function remove(tree: DeleteStmt): Draft {
  const reads = tablesRead([...(tree.usingClause ?? []), ...(tree.whereClause ? [tree.whereClause] : [])]);
  const filtered = tree.whereClause !== undefined;
  return { kind: "write-rows", change: "delete", table: relationName(tree.relation), columns: [], filtered, reads };
}

function merge(tree: MergeStmt): Draft {
  const reads = tablesRead(tree.sourceRelation);
  return {
    kind: "write-rows",
    change: "merge",
    table: relationName(tree.relation),
    columns: [],
    filtered: true,
    reads,
  };
}

export function readCopy(tree: CopyStmt): readonly Draft[] {
  if (tree.is_program) throw new NotUnderstood("COPY runs a program on the server", "program");
  if (tree.filename) throw new NotUnderstood("COPY reads or writes a file of the server", "server-file");
  if (!tree.is_from) {
    const reads = tree.relation ? [relationName(tree.relation)] : tablesRead(tree.query);
    return [{ kind: "query", reads, functions: [] }];
  }
  throw new NotUnderstood("COPY … FROM stdin expects its rows from the client, and only psql sends them");
}

export function readTruncate(tree: TruncateStmt): readonly Draft[] {
  return (tree.relations ?? []).map((node): Draft => {
    if (!("RangeVar" in node)) throw new NotUnderstood("TRUNCATE of something that is not a table");
    return {
      kind: "truncate",
      table: relationName(node.RangeVar),
      cascade: tree.behavior === "DROP_CASCADE",
      restartIdentity: tree.restart_seqs ?? false,
    };
  });
}

/** A SELECT reads, writes where its WITH does, and creates a table with INTO. */
export function readSelect(tree: SelectStmt): readonly Draft[] {
  const writes = withWrites(tree);
  const node: Node = { SelectStmt: tree };
  const created = createdByInto(tree);
  if (created) return [...writes, created];
  return [...writes, { kind: "query", reads: tablesRead(node), functions: functionsCalled(tree) }];
}

function targets(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => ("ResTarget" in node && node.ResTarget.name ? [node.ResTarget.name] : []));
}
