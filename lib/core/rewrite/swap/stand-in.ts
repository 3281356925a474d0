import type { Node, RangeVar } from "libpg-query";
import type { ColumnObject } from "../../catalog/catalog.js";
import type { TableRef } from "../../catalog/lookup.js";
import { objectName } from "../../postgres/chosen-names.js";
import { treeAlone } from "../../sql/parse.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { typesInstead } from "../../sql/type-instead.js";
import type { Move, RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";

/** A second column that replaces a table's column, with the temporary names in the plan. */
export interface StandIn {
  readonly table: RangeVar;
  readonly ref: TableRef;
  readonly column: ColumnObject;
  /** The column's name, before and afterwards. */
  readonly name: string;
  /** The second column's name until it gets the real one. */
  readonly fresh: string;
  /** The first column's name from then on. */
  readonly old: string;
  /** The name of the trigger that keeps the second column equal, and of its function. */
  readonly trigger: string;
  /** What a type that a definition of the catalog names is called over the second column; null for the same. */
  readonly typeInstead: (names: readonly string[]) => readonly string[] | null;
}

/** What the second column is. */
export interface SecondColumn {
  readonly type: string;
  /** Its own collation, as SQL. */
  readonly collation: string | null;
  /** Its value, over the table's columns. */
  readonly value: Node;
  /** The value of the first column over the second, once they have swapped names; null where it is unknown. */
  readonly back: Node | null;
  /** What is written otherwise once the names are swapped, since types swap theirs too. */
  readonly renamed?: {
    readonly type: string;
    readonly value: Node;
    readonly default: string | null;
  };
}

/** What is created for the second column so that it can take over. */
export interface Carried {
  /** Checks that are created together, and validated one by one. */
  readonly unproved: readonly string[];
  /** Created while both columns exist. */
  readonly before: readonly Move[];
  /** In the swap's transaction, once the columns have swapped names: what the first loses. */
  readonly leave: readonly string[];
  /** And what the second takes over. */
  readonly take: readonly string[];
  /** In separate steps once it has taken over. */
  readonly after?: readonly Move[];
}

export function standInFor(table: RangeVar, ref: TableRef, column: ColumnObject, context: RewriteContext): StandIn {
  const { name } = column.id;
  const [fresh, old] = [objectName(name, "", "new"), objectName(name, "", "old")];
  for (const each of [fresh, old])
    if (context.before.column(ref, each) || context.known.table(table)?.columns.has(each))
      throw new NotRewritable("name-taken", `${readableRelation(table)} has a column ${readableName(each)} already`);
  const trigger = lastTrigger(objectName(ref.name, name, "both"), ref, context);
  refuseTaken(trigger, ref, context);
  return { table, ref, column, name, fresh, old, trigger, typeInstead: () => null };
}

/** Triggers fire in the order of their names, and ours must see what the others did to the row. Throws `NotRewritable`. */
export function lastTrigger(name: string, ref: TableRef, { before }: RewriteContext): string {
  const others = before.triggers(ref).map(({ id }) => Buffer.from(id.name));
  const isLast = (text: string) => others.every((other) => Buffer.compare(other, Buffer.from(text)) < 0);
  const found = [name, objectName("zz", name, "last")].find(isLast);
  if (found === undefined)
    throw new NotRewritable("name-taken", `${readableName(ref.name)} has a trigger that would fire after ${name}`);
  return found;
}

/** A name for something of the second column, until it gets the real name. Throws `NotRewritable`. */
export function freshName(name: string, ref: TableRef, context: RewriteContext): string {
  const fresh = objectName(name, "", "new");
  refuseTaken(fresh, ref, context);
  return fresh;
}

function refuseTaken(name: string, { schema }: TableRef, { before }: RewriteContext): void {
  const taken = before.catalog.objects.find(
    ({ kind, id }) => id.name === name && (id.schema ?? schema) === schema && kind !== "column",
  );
  if (taken) throw new NotRewritable("name-taken", `there is a ${taken.kind} ${readableName(name)} already`);
}

/** The tree of a definition that the server printed, as it is over the second column but for its name. Throws `NotRewritable`. */
export function treeOf(sql: string, what: string, { typeInstead }: Pick<StandIn, "typeInstead">): Node {
  const tree = treeAlone(sql);
  if (!tree) throw new NotRewritable("form", `the definition of ${what} cannot be read`);
  return typesInstead(tree, typeInstead);
}
