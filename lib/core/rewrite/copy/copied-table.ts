import type { InsertStmt, Node, RangeVar, SelectStmt } from "libpg-query";
import { rangeKey, relationKey } from "../../lint/known/key.js";
import type { LintScript } from "../../lint/lint-statement.js";
import { treeAlone } from "../../sql/parse.js";
import { readableRelation } from "../../sql/readable-name.js";
import type { Statement } from "../../sql/statement.js";
import { allCommands, as, find, listItems, strings } from "../../sql/tree.js";
import type { RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { refOf } from "../support/table-of.js";

/** A plain table whose rows a migration copies into a partitioned one, which then gets its name. */
export interface CopiedTable {
  readonly old: RangeVar;
  readonly made: RangeVar;
  readonly insert: InsertStmt;
  readonly select: SelectStmt;
  /** Places of the INSERT, of what takes the old table's name away, and of what gives it to the new one. */
  readonly filled: number;
  readonly leaves: number;
  readonly takes: number;
  /** The old table's name afterwards; null where it is dropped. */
  readonly aside: string | null;
  readonly cascades: boolean;
  /** Statements in between that set a sequence by rows that others write meanwhile. */
  readonly numbers: readonly Statement[];
  /** Places of statements about the new table that follow at once and belong into the same transaction. */
  readonly follows: readonly number[];
}

interface Placed extends Statement {
  readonly tree: Node;
}

const found = new WeakMap<LintScript, CopiedTable | null>();

/** Null for a migration that does no such thing. Throws `NotRewritable` where the names are taken too early. */
export function copiedTable(script: LintScript, context: RewriteContext): CopiedTable | null {
  const known = found.get(script);
  if (known !== undefined) return known;
  const isOne = script.statements.some(({ sql }) => /\bpartition\s+by\b/i.test(sql));
  const copied = isOne ? copiedIn(script, context) : null;
  found.set(script, copied);
  return copied;
}

function copiedIn({ statements }: LintScript, context: RewriteContext): CopiedTable | null {
  const all = statements.flatMap((statement): Placed[] => {
    const tree = treeAlone(statement.sql);
    return tree ? [{ ...statement, tree }] : [];
  });
  const made = all.flatMap(({ tree }) => {
    const create = as(tree, "CreateStmt");
    return create?.partspec && create.relation ? [create.relation] : [];
  });
  for (const { tree, index } of all) {
    const insert = as(tree, "InsertStmt");
    const select = as(insert?.selectStmt, "SelectStmt");
    const [source, ...others] = select?.fromClause ?? [];
    const from = others.length === 0 ? as(source, "RangeVar") : undefined;
    const to = made.find((each) => insert?.relation && rangeKey(each) === rangeKey(insert.relation));
    if (!insert || !select || !from || !to) continue;
    const was = nameBefore(from, all, index);
    const table = context.before.table(refOf(was, context));
    if (table?.attributes.relkind !== "r") continue;
    if (rangeKey(was) === rangeKey(to))
      throw new NotRewritable(
        "form",
        `the partitioned table gets the name ${readableRelation(to)} before it has the rows: make and fill it under another name, and rename both at the end`,
      );
    const names = namesOf(was, to, all, index);
    if (names) return { old: was, made: to, insert, select, filled: index, ...names };
  }
  return null;
}

/** The name of a table at the start of a migration that may have renamed it. */
function nameBefore(table: RangeVar, all: readonly Placed[], at: number): RangeVar {
  const rename = renamesTo(all, rangeKey(table)).find(({ index }) => index < at);
  return rename ? { ...table, relname: rename.from.relname ?? "" } : table;
}

function renamesTo(all: readonly Placed[], key: string) {
  return all.flatMap(({ tree, index }) => {
    const rename = as(tree, "RenameStmt");
    const from = rename?.relation;
    const isIt =
      rename?.renameType === "OBJECT_TABLE" && from && relationKey(from.schemaname, rename.newname ?? "") === key;
    return isIt ? [{ from, index }] : [];
  });
}

function namesOf(old: RangeVar, made: RangeVar, all: readonly Placed[], filled: number) {
  const takes = renamesTo(all, rangeKey(old)).find(({ from }) => rangeKey(from) === rangeKey(made))?.index;
  const leaves = all.find(({ tree, index }) => takes !== undefined && index < takes && leavesName(tree, old));
  if (takes === undefined || !leaves || takes < filled) return null;
  const drop = as(leaves.tree, "DropStmt");
  if ((drop?.objects ?? []).length > 1)
    throw new NotRewritable("form", "it drops other tables too, and this one waits: drop it in a separate statement");
  const after = all.filter(({ index }) => index > takes);
  const end = after.findIndex(({ tree }) => !belongsToSwap(tree));
  return {
    leaves: leaves.index,
    takes,
    aside: as(leaves.tree, "RenameStmt")?.newname ?? null,
    cascades: drop?.behavior === "DROP_CASCADE",
    numbers: all.filter(({ index, tree }) => index > filled && index < takes && setsSequence(tree)),
    follows: (end < 0 ? after : after.slice(0, end)).map(({ index }) => index),
  };
}

function leavesName(tree: Node, table: RangeVar): boolean {
  const rename = as(tree, "RenameStmt");
  if (rename?.renameType === "OBJECT_TABLE" && rename.relation) return rangeKey(rename.relation) === rangeKey(table);
  const drop = as(tree, "DropStmt");
  if (drop?.removeType !== "OBJECT_TABLE") return false;
  return (drop.objects ?? []).some((each) => {
    const [relname = "", schemaname] = [...strings(listItems(each))].reverse();
    return relationKey(schemaname, relname) === rangeKey(table);
  });
}

/** Commands that only write the catalog. */
const AT_ONCE: ReadonlySet<string> = new Set([
  "AT_AddIdentity",
  "AT_SetIdentity",
  "AT_ColumnDefault",
  "AT_ChangeOwner",
  "AT_EnableRowSecurity",
  "AT_ForceRowSecurity",
]);

/** What the new table must have before others use it: rights, triggers, names, the next number. */
function belongsToSwap(tree: Node): boolean {
  const rename = as(tree, "RenameStmt");
  if (rename) return rename.renameType !== "OBJECT_TABLE" && rename.renameType !== "OBJECT_COLUMN";
  const commands = allCommands(tree);
  if (commands.length > 0) return commands.every(({ command }) => AT_ONCE.has(command.subtype ?? ""));
  const kinds = ["GrantStmt", "AlterOwnerStmt", "CreateTrigStmt", "CreatePolicyStmt", "AlterSeqStmt", "CommentStmt"];
  return kinds.some((kind) => kind in tree) || setsSequence(tree);
}

/** `SELECT setval(…)`. */
function setsSequence(tree: Node): boolean {
  const calls = as(tree, "SelectStmt") ? find(tree, "FuncCall") : [];
  return calls.some(({ funcname }) => strings(funcname).at(-1) === "setval");
}
