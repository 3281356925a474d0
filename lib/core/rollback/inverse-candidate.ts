import { undoBackfill } from "../backfill/undo-backfill.js";
import type { Catalog, CatalogObject } from "../catalog/catalog.js";
import { CatalogIndex } from "../catalog/lookup.js";
import type { Migration } from "../migration/release.js";
import { FunctionBodies } from "../operations/called.js";
import { droppedBy, type Operation, operationsOfText } from "../operations/index.js";
import { resolveTable } from "../operations/resolve.js";
import { parseStatement } from "../sql/parse.js";
import type { QualifiedName } from "../sql/qualified-name.js";
import { qualified } from "../sql/quote.js";
import type { Statement } from "../sql/statement.js";
import type { Inverse, Loss } from "../undo/inverse.js";
import type { KeepAside } from "../undo/keep/aside.js";
import { copySize } from "../undo/keep/copy.js";
import { undoRows } from "../undo/keep/undo-rows.js";
import { withoutIdleSwitches } from "../undo/keep/without-triggers.js";
import { aroundCommand } from "./around-command.js";
import { Created } from "./created.js";
import { droppedObjects } from "./dropped-objects.js";
import { inversesTogether } from "./inverse-together.js";
import { invertBlock } from "./invert-block.js";
import type { MigrationObservation } from "./observation.js";
import type { RollbackCandidate } from "./plan.js";
import { isOfCreated, released, releaseFirst, withoutCreatedColumns } from "./released-first.js";
import { type Part, rowTables, setAgain, writes } from "./statement-rows.js";
import { withinBlock } from "./within-block.js";

/** The inverses of a migration's operations in reverse order, and the parts that have none. */
export interface Inverses {
  readonly statements: readonly string[];
  readonly keep: readonly KeepAside[];
  readonly losses: readonly Loss[];
  /** Why a statement has no inverse, one sentence each. */
  readonly gaps: readonly string[];
}

/**
 * Reverses a migration, statement by statement. The schema before each statement comes from the dry run; until there is one, the schema before the
 * migration is used for all.
 */
export function invert(migration: Migration, before: Catalog, observed: MigrationObservation | null): Inverses {
  const inverses = invertAll(migration, before, observed);
  const { statements = [], derived, after = before } = observed ?? {};
  const seen = [...statements, ...(derived?.observations ?? [])].map((each) => each.before);
  return { ...inverses, statements: withoutIdleSwitches(inverses.statements, [before, ...seen, after]) };
}

function invertAll(migration: Migration, before: Catalog, observed: MigrationObservation | null): Inverses {
  if (!migration.migrator) return invertStatements(migration, before, observed);
  const derived = observed?.derived;
  if (!observed || !derived) return withoutInverse("what the command does is known after the dry run");
  if (derived.unfaithful !== null) return withoutInverse(derived.unfaithful);
  const up = { ...migration.up, statements: derived.statements };
  const seen = { ...observed, statements: derived.observations };
  return aroundCommand(
    invertStatements({ ...migration, up }, before, seen),
    migration,
    before,
    observed.after,
    derived,
  );
}

function withoutInverse(reason: string): Inverses {
  return { statements: [], keep: [], losses: [], gaps: [reason] };
}

function invertStatements(migration: Migration, before: Catalog, observed: MigrationObservation | null): Inverses {
  const seen = observed?.statements ?? [];
  const backfill = undoBackfill(migration, seen[0]?.before ?? before);
  if (backfill) return backfill;
  const schemas = [...seen.map((each) => each.before), ...(observed ? [observed.after] : [before])];
  const indexes = schemas.map((each) => new CatalogIndex(each));
  const around = (at: number) => ({
    earlier: statements[at - 1] ?? null,
    index: indexes[at] ?? new CatalogIndex(before),
    next: (observed && indexes[at + 1]) ?? null,
    written: seen[at]?.written ?? null,
  });
  const { statements } = migration.up;
  const created = new Created(before);
  const inverses = inReverse(
    statements.map((statement, at) => invertStatement({ statement, ...around(at), created, releasing: false })),
  );
  const after = indexes.at(-1);
  if (!observed || !after || inverses.keep.length === 0 || created.isEmpty()) return inverses;
  const fresh = new Created(before);
  const rest = inReverse(
    statements.map((statement, at) => invertStatement({ statement, ...around(at), created: fresh, releasing: true })),
  );
  return { ...rest, statements: [...releaseFirst(created, after), ...rest.statements] };
}

function inReverse(parts: readonly Inverses[]): Inverses {
  return {
    statements: parts
      .map((part) => part.statements)
      .reverse()
      .flat(),
    keep: parts.flatMap((part) => part.keep),
    losses: parts.flatMap((part) => part.losses),
    gaps: parts.flatMap((part) => part.gaps),
  };
}

export function inverseCandidate(
  migration: Migration,
  before: Catalog,
  observed: MigrationObservation | null,
): RollbackCandidate {
  const { statements, keep, losses, gaps } = invert(migration, before, observed);
  const [gap] = gaps;
  if (gap !== undefined) {
    return {
      source: "inverse",
      class: "impossible",
      keep: [],
      aside: [],
      since: [],
      statements: [],
      outside: [],
      losses,
      reason: gap,
    };
  }
  const kind = losses.length > 0 ? "lossy" : "exact";
  return { source: "inverse", class: kind, keep, aside: [], since: [], statements, outside: [], losses, reason: null };
}

function invertStatement(part: Part): Inverses {
  const block = withinBlock(operationsIn(part.statement, part.index), part.index, part.next);
  const operations = block.placed.map(({ operation }) => operation);
  const standIns: Inverse[] = [];
  const needed = operations.filter((operation) => isNeeded(operation, part, standIns));
  if (block.renames)
    return collect(
      part.statement,
      [...invertBlock(part, block, needed, (early) => unnamed(part, early)), ...standIns].map((each) =>
        withoutSeen(each, part),
      ),
    );
  const changes = needed.filter((operation) => !writes(operation));
  const seen = unnamed(part, operations);
  const index = part.releasing ? released(part.index, part.created) : part.index;
  const undone = inversesTogether(part.statement, changes, seen, index).map((each) => withoutSeen(each, part));
  const inverses = [...standIns, ...undone];
  const rows = rowTables(part, operations, needed);
  for (const operation of needed) if (operation.kind === "truncate") inverses.push(setAgain(operation, part.index));
  if (rows.length > 0) {
    const before = withoutCreatedColumns(index, part.created, rows);
    inverses.push(undoRows(part.statement, before, rows, "the statement changes its rows"));
  }
  return collect(part.statement, inverses);
}

/** Whether an operation needs a way back of its own. Call it for each, in order. */
function isNeeded(operation: Operation, part: Part, standIns: Inverse[]): boolean {
  if (part.earlier && goesWithEarlier(operation, part.earlier)) return false;
  if (part.created.dropsAgain(operation)) standIns.push(emptyTable(operation.table, part.index));
  const covered = part.created.covers(operation) && !isMadeAgain(operation, part) && !firesTriggers(operation, part);
  part.created.note(operation);
  return !covered && !(part.releasing && isReleased(operation, part));
}

/** One more value for the enum that the previous statement extended: undoing that one makes the type as it was before both. */
function goesWithEarlier(operation: Operation, earlier: Statement): boolean {
  if (operation.kind !== "add-enum-value") return false;
  const { type } = operation;
  return operationsOfText(earlier).some(
    (each) => each.kind === "add-enum-value" && each.type.schema === type.schema && each.type.name === type.name,
  );
}

/** A change to something that is taken off first, or that had already gone by then. */
function isReleased(operation: Operation, { index, next, created }: Part): boolean {
  const name = constraintOf(operation);
  if (name === null || !("table" in operation) || operation.table === null) return false;
  const table = resolveTable(operation.table, index);
  return [index, next].some((each) => {
    const found = each?.constraints(table).find(({ id }) => id.name === name);
    return each && found ? isOfCreated(found, created, each) : false;
  });
}

function constraintOf(operation: Operation): string | null {
  if (operation.kind === "add-constraint") return operation.constraint.name;
  const { kind } = operation;
  const alters = kind === "drop-constraint" || kind === "rename-constraint" || kind === "validate-constraint";
  return alters || kind === "alter-constraint" ? operation.constraint : null;
}

/** What the statement dropped, except tables that the migration created. */
function unnamed({ index, next, created }: Part, operations: readonly Operation[]): readonly CatalogObject[] {
  if (next === null) return [];
  const named = operations.flatMap((operation) => droppedBy(operation, index));
  const isMade = ({ kind, id }: CatalogObject) =>
    (kind === "table" || id.table !== undefined) &&
    created.hasTable({ schema: id.schema ?? null, name: id.table ?? id.name });
  return droppedObjects(index, next, named).filter((object) => !isMade(object));
}

/** Stands in for a table that the migration created and dropped, so that the way back can drop it at the place where it was created. */
function emptyTable(table: QualifiedName, index: CatalogIndex): Inverse {
  const { schema, name } = resolveTable(table, index);
  return { class: "exact", statements: [`CREATE TABLE ${qualified(schema, name)} ()`] };
}

/** Something other than a table that the migration created and dropped: its own way back would not find it. Known only where the dry run saw it. */
function isMadeAgain(operation: Operation, { next }: Part): boolean {
  return next !== null && (operation.kind === "drop-index" || (operation.kind === "drop-object" && !operation.table));
}

/** An UPDATE of columns that the migration created sets others too when the table has a trigger. */
function firesTriggers(operation: Operation, { index, created }: Part): boolean {
  if (operation.kind !== "write-rows" || created.hasTable(operation.table)) return false;
  const { schema, name } = resolveTable(operation.table, index);
  return index.catalog.objects.some(
    ({ kind, id, attributes }) =>
      kind === "trigger" && id.schema === schema && id.table === name && attributes.enabled !== "D",
  );
}

/** The operations of a statement; a function call is replaced by what its body in the schema does. */
function operationsIn(statement: Statement, index: CatalogIndex): readonly Operation[] {
  return bodiesIn(index.catalog).copy().operationsOf(parseStatement(statement));
}

const bodies = new WeakMap<Catalog, FunctionBodies>();

function bodiesIn(catalog: Catalog): FunctionBodies {
  const known = bodies.get(catalog);
  if (known) return known;
  const functions = catalog.objects.flatMap(({ kind, definition }) => (kind === "function" ? [definition] : []));
  const made = FunctionBodies.of(functions);
  bodies.set(catalog, made);
  return made;
}

/** An opaque statement that changed rows but not the schema is undone through its rows only. */
function withoutSeen(inverse: Inverse, part: Part): Inverse {
  const quiet = part.next !== null && sameObjects(part.index.catalog, part.next.catalog);
  return inverse.class === "impossible" && quiet ? { class: "exact", statements: [] } : inverse;
}

function sameObjects(a: Catalog, b: Catalog): boolean {
  return a.objects.length === b.objects.length && JSON.stringify(a.objects) === JSON.stringify(b.objects);
}

function collect(statement: Statement, inverses: readonly Inverse[]): Inverses {
  const gaps = inverses.flatMap((inverse) => (inverse.class === "impossible" ? [inverse.reason] : []));
  const lossy = inverses.flatMap((inverse) => (inverse.class === "lossy" ? [inverse] : []));
  const kept = lossy.flatMap((inverse) => inverse.keep);
  const aside: KeepAside = {
    statement: statement.index,
    before: kept.flatMap((each) => each.before),
    after: kept.flatMap((each) => each.after),
    locks: kept.flatMap((each) => each.locks),
    tables: kept.map((each) => each.name),
    sizes: kept.map((each) => copySize(each.rows)),
  };
  return {
    statements: [...inverses]
      .reverse()
      .flatMap((inverse) => (inverse.class === "impossible" ? [] : inverse.statements)),
    keep: kept.length > 0 ? [aside] : [],
    losses: lossy.flatMap((inverse) => inverse.losses),
    gaps,
  };
}
