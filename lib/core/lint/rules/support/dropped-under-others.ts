import type { DropStmt } from "libpg-query";
import type { ColumnType } from "../../../postgres/column-type.js";
import { as, listItems, strings } from "../../../sql/tree.js";
import { partsKey } from "../../known/key.js";
import type { Known } from "../../known/known.js";
import type { KnownConstraint, KnownTable } from "../../known/table.js";
import type { LintStatement } from "../../lint-statement.js";
import { tableName } from "../rule.js";
import { alterCommands } from "./alter-commands.js";

interface DroppedUnder {
  readonly kind: string;
  readonly name: string;
  /** What needs it, in words. */
  readonly users: readonly string[];
}

/** What a statement drops although something that it leaves behind needs it. */
export function droppedUnderOthers(statement: LintStatement, known: Known): readonly DroppedUnder[] {
  const drop = as(statement.node, "DropStmt");
  const found = drop && drop.behavior !== "DROP_CASCADE" ? ofDrop(drop, known) : ofConstraints(statement, known);
  return found.filter(({ users }) => users.length > 0);
}

const RELATIONS: Readonly<Record<string, string>> = {
  OBJECT_TABLE: "table",
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "materialized view",
};

function ofDrop(drop: DropStmt, known: Known): readonly DroppedUnder[] {
  const objects = drop.objects ?? [];
  const kind = RELATIONS[drop.removeType ?? ""];
  if (kind !== undefined) {
    const gone = new Set(objects.map((object) => partsKey(strings(listItems(object)))));
    return [...gone].map((key) => ({ kind, name: key, users: usersOfRelation(key, gone, known) }));
  }
  if (drop.removeType !== "OBJECT_TYPE" && drop.removeType !== "OBJECT_DOMAIN") return [];
  const gone = objects.map((object) => partsKey(strings(as(object, "TypeName")?.names)));
  return gone.map((key) => ({ kind: "type", name: key, users: usersOfType(key, new Set(gone), known) }));
}

/** A publication lets its tables be dropped, a partition goes with its table, and so does a trigger or policy of the table itself. */
function usersOfRelation(key: string, gone: ReadonlySet<string>, known: Known): readonly string[] {
  const keys = [...known.tables.values()].flatMap((table) =>
    gone.has(table.key) || (table.partitionOf !== null && gone.has(table.partitionOf))
      ? []
      : [
          ...table.constraints
            .filter(({ references }) => references === key)
            .map(() => `a foreign key of ${table.key}`),
          ...(table.parents.has(key) && table.partitionOf !== key ? [`its child ${table.key}`] : []),
        ],
  );
  const readers = known.dependents
    .ofTable(key)
    .filter((each) => each.kind !== "publication" && !gone.has(each.key) && (each.on === null || !gone.has(each.on)))
    .map((each) => `the ${each.kind} ${each.key}`);
  return [...new Set([...keys, ...readers])];
}

function usersOfType(key: string, gone: ReadonlySet<string>, known: Known): readonly string[] {
  const isIt = (type: ColumnType | null | undefined) => !!type && partsKey(type.name.split(".")) === key;
  const columns = [...known.tables.values()].flatMap((table) =>
    [...table.columns.values()].flatMap(({ name, type }) => (isIt(type) ? [`the column ${table.key}.${name}`] : [])),
  );
  const functions = [...known.overloads.values()]
    .filter(({ parameters, returns }) => isIt(returns) || parameters.some(({ type }) => isIt(type)))
    .map((each) => `the function ${each.key}`);
  const types = [...known.types.values()]
    .filter((each) => !gone.has(each.key) && (isIt(each.domain?.base) || each.parts?.some(isIt)))
    .map((each) => `the type ${each.key}`);
  return [...columns, ...functions, ...types];
}

/** For a key, the foreign keys that point at its columns, unless another key has the same columns. */
function ofConstraints(statement: LintStatement, known: Known): readonly DroppedUnder[] {
  return alterCommands(statement, "AT_DropConstraint").flatMap(({ table: relation, command }) => {
    const table = known.table(relation);
    const key = table?.constraints.find(({ name }) => name === command.name);
    const isKey = key?.type === "primary" || key?.type === "unique";
    if (!table || !key || !isKey || command.behavior === "DROP_CASCADE" || hasAnother(table, key, known)) return [];
    const users = [...known.tables.values()].flatMap((other) =>
      other.key !== table.key && other.constraints.some((each) => pointsAt(each, table, key))
        ? [`a foreign key of ${other.key}`]
        : [],
    );
    return [{ kind: "constraint", name: `${key.name} of ${tableName(relation)}`, users }];
  });
}

function pointsAt({ references, referenced = [] }: KnownConstraint, table: KnownTable, key: KnownConstraint): boolean {
  if (references !== table.key) return false;
  return referenced.length === 0 ? key.type === "primary" : sameColumns(referenced, key.columns);
}

function hasAnother(table: KnownTable, key: KnownConstraint, known: Known): boolean {
  const keys = table.constraints.filter((each) => each !== key && (each.type === "unique" || each.type === "primary"));
  const indexes = known.indexesOf(table.key).filter((each) => each.unique && each.constraint !== key.name);
  return (
    keys.some(({ columns }) => sameColumns(columns, key.columns)) ||
    indexes.some((each) =>
      sameColumns(
        each.keys.flatMap((name) => name ?? []),
        key.columns,
      ),
    )
  );
}

function sameColumns(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((column) => others.includes(column));
}
