import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex } from "../catalog/lookup.js";
import { asksCatalogsOnly } from "../operations/guards/asks-catalogs.js";
import { holdsIn } from "../operations/guards/holds.js";
import { BlockGuards } from "../operations/guards/occurs.js";
import type { Operation } from "../operations/index.js";
import { catalogKind } from "../operations/object-name.js";
import { resolveTable } from "../operations/resolve.js";
import { findObject } from "../undo/recreate.js";
import { named } from "./named.js";
import { NamesWithin } from "./names-within.js";
import { wasApplied } from "./was-applied.js";

/** An operation of a block that takes place, with the schema just before it as far as names are concerned. */
interface Placed {
  readonly operation: Operation;
  readonly index: CatalogIndex;
  /** The same by the names before the block, where it affects rows and values: nothing can be copied within the block. */
  readonly early: Operation | null;
  /** What it renames, as it was before the block. */
  readonly renamed: CatalogObject | null;
}

export interface Block {
  readonly placed: readonly Placed[];
  /** Whether something that was there before has a new name afterwards. */
  readonly renames: boolean;
  readonly names: NamesWithin;
}

/**
 * Follows the operations of one statement through the names that they give and take. An operation's guards are decided by the schema just before it,
 * otherwise by what was seen of the schema afterwards.
 */
export function withinBlock(operations: readonly Operation[], before: CatalogIndex, next: CatalogIndex | null): Block {
  const names = new NamesWithin(before);
  const guards = new BlockGuards();
  const known = new Set(blocksOfNames(operations, before));
  const placed = operations.flatMap((written): Placed[] => {
    const { index } = names;
    const operation = decided(written, guards, known, index, next);
    if (operation === null) return [];
    const own = named(operation, index, next);
    const early = earlier(own, names);
    names.advance(own);
    return [{ operation: own, index, early, renamed: names.before(renamedBy(own, index)) }];
  });
  return { placed, renames: names.renames(), names };
}

/** Null for an operation that does not take place; without its guards when it does. */
function decided(
  operation: Operation,
  guards: BlockGuards,
  known: ReadonlySet<number>,
  index: CatalogIndex,
  next: CatalogIndex | null,
): Operation | null {
  if (operation.guards === undefined) return operation;
  const open = guards.undecided(operation, index);
  if (open === null) return null;
  if (open.length === 0) return { ...operation, guards: [] };
  const bySchema = open.every(
    (guard) =>
      guard.kind === "unless there" ||
      guard.kind === "unless refused" ||
      (guard.kind === "unless failed" && known.has(guard.block)) ||
      (guard.kind === "test" && asksCatalogsOnly(guard.sql)),
  );
  const seen = bySchema && next !== null ? wasApplied(operation, index, next) : null;
  if (seen === null) return operation;
  return seen ? { ...operation, guards: [] } : null;
}

/** Operations that no row can make fail. */
const OF_NAMES: ReadonlySet<Operation["kind"]> = new Set([
  "rename-table",
  "rename-column",
  "rename-constraint",
  "rename-object",
  "rename-enum-value",
  "add-enum-value",
] as const);

function asksSchema(condition: string, before: CatalogIndex): boolean {
  return asksCatalogsOnly(condition) || holdsIn(condition, before) !== null;
}

/** Blocks that pass over errors of which no row can be the cause: they go the same way wherever the schema is. */
function blocksOfNames(operations: readonly Operation[], before: CatalogIndex): readonly number[] {
  const fits = ({ kind, guards = [] }: Operation) =>
    OF_NAMES.has(kind) && guards.every((guard) => guard.kind !== "test" || asksSchema(guard.sql, before));
  const within = operations.flatMap((operation) =>
    (operation.guards ?? []).flatMap((guard) =>
      guard.kind === "unless failed" ? [{ block: guard.block, ofNames: fits(operation) }] : [],
    ),
  );
  const others = new Set(within.flatMap(({ block, ofNames }) => (ofNames ? [] : [block])));
  return within.flatMap(({ block }) => (others.has(block) ? [] : [block]));
}

/** What takes or changes rows and values that were there before the block. */
function earlier(operation: Operation, names: NamesWithin): Operation | null {
  const { index } = names;
  switch (operation.kind) {
    case "alter-column-type":
    case "drop-column": {
      const table = resolveTable(operation.table, index);
      const was = names.before(index.column(table, operation.column));
      if (was === null) return null;
      const at = { table: { schema: was.id.schema ?? null, name: was.id.table ?? "" }, column: was.id.name };
      if (operation.kind === "drop-column") return { ...operation, ...at };
      return { ...operation, ...at, using: renamedIn(operation.using, operation.column, was.id.name) };
    }
    case "drop-constraint": {
      const table = resolveTable(operation.table, index);
      const found = index.constraints(table).find(({ id }) => id.name === operation.constraint);
      const was = names.before(found);
      return (
        was && {
          ...operation,
          table: { schema: was.id.schema ?? null, name: was.id.table ?? "" },
          constraint: was.id.name,
        }
      );
    }
    case "write-rows":
    case "truncate":
    case "drop-table": {
      const was = names.before(index.table(resolveTable(operation.table, index)));
      return was && { ...operation, table: place(was) };
    }
    case "drop-index": {
      const was = names.before(index.indexesNamed(operation.index.name)[0]);
      return was && { ...operation, index: place(was) };
    }
    case "drop-object": {
      if (operation.table !== null) return null;
      const was = names.before(
        findObject(index, catalogKind(operation.objectKind), operation.name, operation.signature),
      );
      return was && { ...operation, name: place(was) };
    }
    default:
      return null;
  }
}

function renamedBy(operation: Operation, index: CatalogIndex): CatalogObject | undefined {
  if (operation.kind === "rename-table") return index.table(resolveTable(operation.table, index));
  if (operation.kind === "rename-column") return index.column(resolveTable(operation.table, index), operation.column);
  if (operation.kind === "rename-constraint") {
    const on = index.constraints(resolveTable(operation.table, index));
    return on.find(({ id }) => id.name === operation.constraint);
  }
  if (operation.kind !== "rename-object") return undefined;
  const { objectKind, name, signature } = operation;
  return objectKind === "index"
    ? index.indexesNamed(name.name)[0]
    : findObject(index, catalogKind(objectKind), name, signature);
}

function place({ id }: CatalogObject) {
  return { schema: id.schema ?? null, name: id.name };
}

/** Where the expression could mean another column by the old name, it stays as it is: then nobody mistakes it for a plain cast. */
function renamedIn(using: string | null, now: string, was: string): string | null {
  if (using === null || now === was) return using;
  const word = (name: string) => new RegExp(`(?<![\\w$"])${name.replaceAll(/[^\w]/g, "\\$&")}(?![\\w$"])`, "g");
  return word(was).test(using) ? using : using.replace(word(now), was);
}
