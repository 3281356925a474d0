import type { ColumnType } from "../../../postgres/column-type.js";
import type { AlterCommand } from "../../../sql/tree.js";
import type { Dependent, DependentKind } from "../../known/dependents.js";
import { partsKey, rangeKey } from "../../known/key.js";
import type { Known } from "../../known/known.js";
import type { LintStatement } from "../../lint-statement.js";
import { alterCommands } from "./alter-commands.js";

export interface Blocker {
  readonly kind: DependentKind | "foreign key";
  readonly key: string;
  readonly on: string | null;
}

export interface ColumnBlockers {
  /** Clauses that end a sentence: what CASCADE does not remove. */
  readonly fixed: readonly string[];
  /** Objects that name the column. */
  readonly dependents: readonly Blocker[];
}

/** What makes the server refuse to drop a column or to change its type (ATExecDropColumn, RememberAllDependentForRebuilding). */
export function columnBlockers(
  known: Known,
  statement: LintStatement,
  { table, command }: AlterCommand,
): ColumnBlockers {
  const key = rangeKey(table);
  const column = command.name ?? "";
  const drops = command.subtype === "AT_DropColumn";
  const missing = command.missing_ok && known.columnsOf(key)?.has(column) === false;
  if (missing) return { fixed: [], dependents: [] };
  const fixed = [
    ...partitionKey(known, key, column),
    ...inherited(known, key, column),
    ...(drops ? [] : rowType(known, key)),
  ];
  const dropped = alterCommands(statement, "AT_DropColumn", "AT_DropExpression").map((each) => each.command.name);
  if (drops && command.behavior === "DROP_CASCADE") return { fixed, dependents: [] };
  const dependents = known.dependents
    .ofColumn(key, column)
    .filter((each) => !(each.kind === "generated column" && each.on === key && goes(each, drops, dropped, column)));
  return { fixed, dependents: drops ? [...dependents, ...foreignKeys(known, key, column)] : dependents };
}

/** Foreign keys that point at the column, by name or as part of the primary key. */
function foreignKeys(known: Known, key: string, column: string): ColumnBlockers["dependents"] {
  const primary = known.tables.get(key)?.constraints.find(({ type }) => type === "primary")?.columns ?? [];
  return [...known.tables.values()].flatMap((table) =>
    table.constraints.flatMap(({ name, type, references, referenced = [], columns: own }) => {
      const columns = referenced.length > 0 ? referenced : primary;
      const goesToo = table.key === key && own.includes(column);
      if (type !== "foreign" || references !== key || goesToo || !columns.includes(column)) return [];
      return [{ kind: "foreign key" as const, key: name ?? `(${columns.join(", ")})`, on: table.key }];
    }),
  );
}

/** The generated column itself may be dropped, and a statement's commands drop columns and expressions before they change types. */
function goes(dependent: Dependent, drops: boolean, dropped: readonly (string | undefined)[], column: string): boolean {
  if (dependent.key === column) return true;
  const at = dropped.indexOf(dependent.key);
  return at >= 0 && (!drops || at < dropped.indexOf(column));
}

function partitionKey(known: Known, key: string, column: string): readonly string[] {
  const table = known.tables.get(key);
  return table?.partitionKey?.columns.includes(column) ? [`it is part of the partition key of ${key}`] : [];
}

function inherited(known: Known, key: string, column: string): readonly string[] {
  for (const parent of known.tables.get(key)?.parents ?? []) {
    if (known.tables.get(parent)?.columns.has(column)) return [`${key} inherits it from ${parent}`];
  }
  return [];
}

/** A column of the table's row type, of an array of it, or of a composite type that holds it. */
function rowType(known: Known, key: string): readonly string[] {
  const holders = new Set([key]);
  for (const { key: type, parts = [] } of [...known.types.values(), ...known.types.values()]) {
    if (parts.some((part) => holders.has(keyOf(part)))) holders.add(type);
  }
  for (const table of known.tables.values()) {
    if (table.kind === "view" || table.temporary) continue;
    for (const { name, type } of table.columns.values()) {
      if (type && holders.has(keyOf(type))) {
        return [`column ${table.key}.${name} holds the row type of ${key}`];
      }
    }
  }
  return [];
}

function keyOf(type: ColumnType): string {
  return partsKey(type.name.replaceAll('"', "").split("."));
}
