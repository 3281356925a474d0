import type { ColumnObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import type { QualifiedName } from "../contract/contract.js";
import { identifier } from "../sql/quote.js";
import { effects, lock } from "./effects.js";
import { alterTable, notThere } from "./inverses.js";
import { keepConverted } from "./keep/keep-columns.js";
import type { OperationData, OperationType } from "./operation.js";
import { dependentsOfColumn, notNullAgain } from "./recreate.js";
import { needsColumn } from "./requirements.js";
import { lockTree, resolveTable, sameTable } from "./resolve.js";
import { keepsHeap, parseType } from "./type-change.js";

export interface AlterColumnType extends OperationData {
  readonly kind: "alter-column-type";
  readonly table: QualifiedName;
  readonly column: string;
  /** As written, in the parser's spelling. */
  readonly type: string;
  /** SQL text of USING; null for the assignment cast. */
  readonly using: string | null;
  readonly collation: string | null;
}

export const alterColumnType: OperationType<AlterColumnType> = {
  kind: "alter-column-type",
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    const tree = lockTree(before, table, "AccessExclusiveLock");
    const others = dependentsOfColumn(before, table, operation.column).constraints.flatMap(({ id, attributes }) => {
      const { references } = attributes;
      if (!references) return [];
      const own = { schema: id.schema ?? "", name: id.table ?? "" };
      return [sameTable(own, table) ? { schema: references.schema, name: references.table } : own];
    });
    const rewrites = rewritesHeap(operation, before.column(table, operation.column))
      ? tree.map((each) => each.table)
      : [];
    return effects([...tree, ...others.map((other) => lock(other, "AccessExclusiveLock"))], { rewrites });
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    const column = before.column(table, operation.column);
    if (!column) return notThere("column", operation.column);
    const { kept, forget, restore } = keepConverted(operation.statement, before, table, column);
    const name = `${table.schema}.${table.name}.${operation.column}`;
    if (!mayChangeValues(operation, column))
      return { class: "exact", statements: convertBack(operation, table, column) };
    return {
      class: "lossy",
      statements: [
        ...forget,
        ...convertBack(operation, table, column),
        ...restore,
        ...filled(operation, before, column),
      ],
      losses: [{ what: "precision", name, reason: `values converted to ${operation.type} may not convert back` }],
      keep: [kept],
    };
  },
  requirements(operation) {
    const { table, column, statement } = operation;
    return [
      needsColumn(table, column, statement),
      needsColumn(table, column, statement, { when: "after", type: operation.type }),
    ];
  },
};

function rewritesHeap(operation: AlterColumnType, column: ColumnObject | undefined): boolean {
  if (!column) return true;
  if (operation.using !== null && !isPlainCast(operation)) return true;
  return !keepsHeap(column.attributes.type, operation.type);
}

/** `USING c::type` says no more than the type itself. */
function isPlainCast({ using, column }: AlterColumnType): boolean {
  const text = (using ?? "").replaceAll('"', "").replaceAll(/\s+/g, "").toLowerCase();
  return (
    text === column.toLowerCase() ||
    text.startsWith(`${column.toLowerCase()}::`) ||
    text.startsWith(`cast(${column.toLowerCase()}as`)
  );
}

function mayChangeValues(operation: AlterColumnType, column: ColumnObject): boolean {
  return (
    rewritesHeap(operation, column) &&
    !(isWideningInteger(column.attributes.type, operation.type) && operation.using === null)
  );
}

function isWideningInteger(from: string, to: string): boolean {
  const order = ["smallint", "integer", "bigint"];
  const rank = (type: string) => order.indexOf(parseType(type)?.base ?? "");
  return rank(from) >= 0 && rank(to) > rank(from);
}

/**
 * The column in its old type. Where no assignment cast leads back, through a cast of its own; a conversion that only
 * the author's USING knows cannot be turned round, so the column is emptied and filled from the copy.
 */
function convertBack(operation: AlterColumnType, table: TableRef, column: ColumnObject): string[] {
  const name = identifier(operation.column);
  const { type, collation, notNull } = column.attributes;
  const own = operation.using !== null && !isPlainCast(operation);
  const using = own ? ` USING NULL::${type}` : truncates(type) ? "" : ` USING ${name}::${type}`;
  const collate = collation === null ? "" : ` COLLATE ${collation}`;
  const change = alterTable(table, `ALTER COLUMN ${name} TYPE ${type}${collate}${using}`);
  const relax = own && notNull ? [alterTable(table, `ALTER COLUMN ${name} DROP NOT NULL`)] : [];
  const was = column.attributes.default;
  if (was === null) return [...relax, change];
  return [
    ...relax,
    alterTable(table, `ALTER COLUMN ${name} DROP DEFAULT`),
    change,
    alterTable(table, `ALTER COLUMN ${name} SET DEFAULT ${was}`),
  ];
}

/** A column that was emptied on the way is NOT NULL again once it has its values. */
function filled(operation: AlterColumnType, before: CatalogIndex, column: ColumnObject): readonly string[] {
  const emptied = operation.using !== null && !isPlainCast(operation) && column.attributes.notNull;
  return emptied ? [notNullAgain(before, resolveTable(operation.table, before), operation.column)] : [];
}

/** An explicit cast to a type of limited length cuts silently; an assignment refuses. */
function truncates(type: string): boolean {
  return /^(character|bit)( varying)?\(/.test(type);
}
