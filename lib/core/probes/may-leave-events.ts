import type { CatalogObject, ConstraintObject, ObjectId, ObjectKind } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { humanName } from "../catalog/names.js";
import { descendants, sameTable } from "../catalog/tables.js";
import { type Operation, operationsOfText } from "../operations/index.js";
import { resolveTable } from "../operations/resolve.js";
import { isParsed, parseStatement, treeAlone } from "../sql/parse.js";
import type { Statement } from "../sql/statement.js";
import { cascadesFrom } from "../undo/keep/undo-rows.js";
import { type Behind, mayWrite } from "./written-by-code.js";

type WriteRows = Extract<Operation, { readonly kind: "write-rows" }>;

/** A statement that may leave pending trigger events in a table, depending on rows of the tables that it reads; null on anything. */
export interface MayLeave {
  readonly table: TableRef;
  readonly reads: readonly TableRef[] | null;
  /** Constraints and constraint triggers under which it may. */
  readonly under: readonly CatalogObject[];
}

/**
 * Tables in which a statement may leave events, as measured: a deferred foreign key's own table when a key is written, the table that it points at
 * when a row or its key goes, a deferred unique key's table when it is written, and a deferred constraint trigger's table. What writes the same rows
 * in every tenant is left out: the clone shows it. `deferred`: a statement of the transaction has deferred what may be deferred.
 */
export function mayLeave(statement: Statement, index: CatalogIndex, deferred: boolean): readonly MayLeave[] {
  return operationsOfText(statement).flatMap((operation) => {
    if (operation.kind !== "write-rows") return [];
    const table = resolveTable(operation.table, index);
    const reads = readsOf(operation, table, index);
    const own = reads.length === 0 ? [] : [{ table, reads, under: waiting(operation, table, index, deferred) }];
    const others = reached(table, operation.change, index).map((each) => ({
      table: each,
      // What a trigger or a view does with a row that is the same in every tenant may depend on rows that it finds.
      reads: reads.length === 0 ? [each] : reads,
      under: waiting(ANY_CHANGE, each, index, deferred),
    }));
    return [...own, ...others].filter(({ under }) => under.length > 0);
  });
}

/** The same of what code does behind a statement, in any table that it mentions or that another change of those reaches. */
export function mayLeaveBehind(behind: Behind, index: CatalogIndex, deferred: boolean): readonly MayLeave[] {
  if (!mayWrite(behind)) return [];
  const mentioned = behind.tables.filter((table) => index.table(table) !== undefined);
  const tables = behind.composes
    ? index.catalog.objects.flatMap(({ kind, id }) => tableNamed(kind, id))
    : [...mentioned, ...mentioned.flatMap((table) => reached(table, ANY_CHANGE.change, index))];
  const unique = [...new Map(tables.map((table) => [humanName(table), table])).values()];
  return unique
    .map((table) => ({
      table,
      reads: behind.composes ? null : mentioned,
      under: waiting(ANY_CHANGE, table, index, deferred),
    }))
    .filter(({ under }) => under.length > 0);
}

/** What a cascade or a trigger may do to a row. */
const ANY_CHANGE = { change: "merge", columns: [] } as const;

function waiting(
  written: Pick<WriteRows, "change" | "columns">,
  table: TableRef,
  index: CatalogIndex,
  deferred: boolean,
): readonly CatalogObject[] {
  return [
    ...constraintsOf(written, table, index, deferred),
    ...index.triggers(table).filter((trigger) => fires(trigger, written.change, deferred)),
  ];
}

/** Other tables that the change may write: through cascades, and any table if a trigger or a rule fires or the target is a view. */
function reached(table: TableRef, change: WriteRows["change"], index: CatalogIndex): readonly TableRef[] {
  const along = change === "insert" || change === "copy" ? [table] : cascadesFrom(table, index);
  const isView = index.all("view").some(({ id }) => id.schema === table.schema && id.name === table.name);
  const triggered = isView || along.some((each) => index.triggers(each).length > 0 || hasRule(each, index));
  const tables = triggered ? index.catalog.objects.flatMap(({ kind, id }) => tableNamed(kind, id)) : along;
  return tables.filter((each) => !sameTable(each, table));
}

function hasRule(table: TableRef, index: CatalogIndex): boolean {
  return index.all("rule").some(({ id }) => id.schema === table.schema && id.table === table.name);
}

function tableNamed(kind: ObjectKind, id: ObjectId): readonly TableRef[] {
  return kind === "table" ? [{ schema: id.schema ?? "", name: id.name }] : [];
}

function readsOf(operation: WriteRows, table: TableRef, index: CatalogIndex): readonly TableRef[] {
  const isOwn = operation.change === "update" || operation.change === "delete";
  const read = isOwn ? [table] : operation.reads.map((name) => resolveTable(name, index));
  return read.filter((each) => index.table(each) !== undefined);
}

function constraintsOf(
  { change, columns }: Pick<WriteRows, "change" | "columns">,
  table: TableRef,
  index: CatalogIndex,
  deferred: boolean,
): readonly ConstraintObject[] {
  const waits = ({ attributes }: ConstraintObject) => attributes.deferred || (deferred && attributes.deferrable);
  const writes = (names: readonly string[]) =>
    change !== "update" || columns.length === 0 || names.some((name) => columns.includes(name));
  const own = index
    .constraints(table)
    .filter(({ attributes: { type, columns: key } }) => /[fpux]/.test(type) && change !== "delete" && writes(key));
  const isKept = change === "insert" || change === "copy";
  const pointing = isKept
    ? []
    : index.referencedBy(table).filter(({ attributes }) => writes(attributes.references?.columns ?? []));
  return [...own, ...pointing].filter(waits);
}

/** TRIGGER_TYPE_* of PostgreSQL's pg_trigger.h. */
const EVENTS = { insert: 4, copy: 4, delete: 8, update: 16, merge: 4 + 8 + 16 } as const;

/** Whether a constraint trigger waits for the commit after such a change. */
function fires({ definition }: CatalogObject, change: WriteRows["change"], deferred: boolean): boolean {
  const parsed = treeAlone(definition ?? "");
  if (!parsed || !("CreateTrigStmt" in parsed)) return false;
  const { isconstraint, deferrable, initdeferred, events = 0 } = parsed.CreateTrigStmt;
  const waits = initdeferred === true || (deferred && deferrable === true);
  return isconstraint === true && waits && (events & EVENTS[change]) !== 0;
}

/** What PostgreSQL refuses on a table that has pending trigger events (55006, object_in_use). */
const REFUSED = ["AlterTableStmt", "TruncateStmt", "DropStmt", "IndexStmt", "ClusterStmt"];

/** Whether a statement is refused while the table has pending events; a block may both write and alter. */
export function isRefused(statement: Statement, table: TableRef, index: CatalogIndex): boolean {
  const parsed = parseStatement(statement);
  if (!isParsed(parsed)) return false;
  const isBlock = "DoStmt" in parsed.node;
  if (!isBlock && !REFUSED.some((kind) => kind in parsed.node)) return false;
  return operationsOfText(statement).some((operation) => {
    if (operation.kind === "write-rows" || !("table" in operation) || !operation.table) return false;
    if (isBlock && ALLOWED.has(operation.kind)) return false;
    const other = resolveTable(operation.table as never, index);
    return sameTable(other, table) || descendants(index, other).some((each) => sameTable(each, table));
  });
}

/** Kinds that only occur inside a block here: measured as accepted. */
const ALLOWED: ReadonlySet<string> = new Set([
  "rename-table",
  "rename-column",
  "rename-constraint",
  "comment",
  "grant",
]);
