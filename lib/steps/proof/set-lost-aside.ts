import { type Catalog, type ColumnObject, TENANT_SCHEMA } from "../../core/catalog/catalog.js";
import { labelsOf } from "../../core/catalog/labels-of.js";
import { CatalogIndex, type TableRef } from "../../core/catalog/lookup.js";
import { partsOfType } from "../../core/catalog/parts-of-type.js";
import { descendants, sameTable } from "../../core/catalog/tables.js";
import type { Migration } from "../../core/migration/release.js";
import { convertsByCast } from "../../core/operations/convert-back.js";
import { inverseUsing } from "../../core/operations/inverse-using.js";
import type { AlterColumnType } from "../../core/operations/kinds/alter-column-type.js";
import { resolveTable } from "../../core/operations/resolve.js";
import { operationsOfText } from "../../core/operations/segments.js";
import { holdsEvery } from "../../core/postgres/fits.js";
import type { MigrationObservation } from "../../core/rollback/observation.js";
import type { RollbackCandidate } from "../../core/rollback/plan.js";
import type { Statement } from "../../core/sql/statement.js";
import { type SetAside, writtenSince } from "../../core/undo/keep/aside.js";
import { type Retyped, setColumnsAside, setTableAside } from "../../core/undo/keep/set-aside.js";
import { madeAlone, setSequencesAside } from "../../core/undo/keep/set-sequences-aside.js";
import { notNullAgain } from "../../core/undo/recreate.js";
import { sequencesOf } from "../../core/undo/sequences-of.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { fitPlace } from "./fit-place.js";
import type { Columns, PlacedColumn } from "./read-columns.js";

/** The columns around a part of a way back: `statement` is the first of the part. */
export interface Passage {
  readonly statement: number;
  readonly from: Columns;
  readonly to: Columns;
}

interface Around {
  readonly candidate: RollbackCandidate;
  readonly migration: Migration;
  /** The schema with the release, and the one before the migration. */
  readonly after: CatalogIndex;
  readonly before: CatalogIndex;
  readonly schema: string | null;
  /** Whether the way back is one of ours. */
  readonly ours: boolean;
  /** Whether the migration converts by more than a cast between two types. */
  readonly computes: boolean;
  /** The conversions in its text. */
  readonly conversions: readonly AlterColumnType[];
  /** Whether the migration writes rows of a table, by its name after the migration. */
  readonly fills: (table: TableRef) => boolean;
}

/** The schemas around a migration, and after the whole release, with nothing taken back. */
interface Schemas {
  readonly migration: Migration;
  readonly before: Catalog;
  readonly after: Catalog;
  readonly end: Catalog;
  /** At the end. */
  readonly columns: Columns;
  readonly schema: string | null;
  readonly observed: MigrationObservation | null;
}

/** A way back that passed, with what it must put aside. It is exact only if that is nothing. */
export async function withAside(
  session: Session,
  candidate: RollbackCandidate,
  passages: readonly Passage[],
  { migration, before, after, end, columns, schema, observed }: Schemas,
): Promise<RollbackCandidate> {
  const [was, is] = [new CatalogIndex(before), new CatalogIndex(after)];
  const ours = candidate.source !== "author";
  const conversions = conversionsOf(migration);
  const computes = Boolean(migration.migrator) || conversions.length === 0 || !conversions.every(convertsByCast);
  const around = {
    candidate,
    migration,
    before: was,
    after: is,
    schema,
    ours,
    computes,
    conversions,
    fills: writtenTables(observed, is),
  };
  const found = await whatGoes(session, passages, around);
  const aside = [...found, ...madeAlone(migration.up.file, was, is, passages[0]?.statement ?? 0)];
  const fromEnd = passages.map(({ from, ...passage }) => ({
    ...passage,
    from: new Map([...columns].filter(([place]) => from.has(place))),
  }));
  const since = writtenSince(await whatGoes(session, fromEnd, { ...around, after: new CatalogIndex(end) }));
  const takes = aside.some((each) => each.takes.length > 0);
  return { ...candidate, class: takes ? "lossy" : candidate.class, aside, since };
}

/** If nothing was seen, or a table had another name when it was written, it may be any table. */
function writtenTables(observed: MigrationObservation | null, after: CatalogIndex): Around["fills"] {
  if (observed === null) return () => true;
  const { statements, derived } = observed;
  const seen = [...statements, ...(derived?.observations ?? [])].flatMap(({ written }) => written);
  const written = [...seen, ...(derived?.written ?? [])];
  if (written.some((table) => after.table(table) === undefined)) return () => true;
  return (table) =>
    [table, ...descendants(after, table)].some((each) => written.some((other) => sameTable(other, each)));
}

/**
 * What a way back must put aside, by what it was seen to remove on a clone: tables and columns that are gone, and values whose type cannot
 * hold what the release's type could. By number and not by name, so that a rename removes nothing.
 */
async function whatGoes(session: Session, passages: readonly Passage[], around: Around): Promise<readonly SetAside[]> {
  const found: SetAside[] = [];
  for (const passage of passages) found.push(...(await goesIn(session, passage, around)));
  return found;
}

async function goesIn(session: Session, passage: Passage, around: Around): Promise<readonly SetAside[]> {
  const { after, migration } = around;
  const statement: Statement = {
    index: 0,
    sql: "",
    source: { file: migration.up.file, line: 1, column: 1 },
  };
  const tables = tablesOf(passage.from, around.schema).filter(({ ref }) => after.table(ref) !== undefined);
  const within = (some: readonly { readonly ref: TableRef }[]) =>
    some
      .filter(({ ref }) => after.table(ref)?.attributes.relkind === "p")
      .flatMap(({ ref }) => descendants(after, ref));
  const gone = tables.filter(({ relation }) => !isThere(relation, passage.to));
  const partsOfGone = within(gone);
  const whole = gone.filter(({ ref }) => !partsOfGone.some((each) => sameTable(each, ref)));
  const staying = tables.filter((table) => !gone.includes(table));
  const partsOfStaying = within(staying);
  const asides: SetAside[] = whole
    .filter(({ ref }) => after.columns(ref).some(({ attributes }) => attributes.generated === ""))
    .map(({ ref }) => setTableAside(statement, ref, after, passage.statement));
  const sequences = gone.flatMap(({ ref }) => sequencesOf(after, ref, null));
  for (const table of staying) {
    if (partsOfStaying.some((each) => sameTable(each, table.ref))) continue;
    const taken = await takenFrom(session, table, passage, around);
    if (taken.gone.length + taken.retyped.length === 0) continue;
    asides.push(
      setColumnsAside(
        statement,
        {
          ...taken,
          fills: around.fills(table.ref) || isRenamed(taken),
          ours: around.ours,
          fitAt: fitPlace(
            around.candidate,
            passage.statement,
            table.ref,
            new Set(taken.retyped.map(({ column }) => column.id.name)),
          ),
        },
        after,
        passage.statement,
      ),
    );
    sequences.push(...taken.gone.flatMap(({ id }) => sequencesOf(after, table.ref, id.name)));
  }
  return [
    ...asides,
    ...setSequencesAside(
      { ...statement, index: -1 },
      sequences.map(({ sequence }) => sequence),
      passage.statement,
    ),
  ];
}

function isRenamed({
  table,
  back,
}: {
  readonly table: TableRef;
  readonly back: { readonly table: TableRef };
}): boolean {
  return !sameTable(table, back.table);
}

interface PlacedTable {
  readonly relation: string;
  readonly ref: TableRef;
  readonly columns: readonly PlacedColumn[];
}

function tablesOf(columns: Columns, schema: string | null): readonly PlacedTable[] {
  const found = new Map<string, PlacedColumn[]>();
  for (const column of columns.values()) {
    const list = found.get(column.relation);
    if (list) list.push(column);
    else found.set(column.relation, [column]);
  }
  return [...found].map(([relation, list]) => ({
    relation,
    ref: bound({ schema: list[0]?.schema ?? "", name: list[0]?.table ?? "" }, schema),
    columns: list.filter(({ number }) => number > 0),
  }));
}

function isThere(relation: string, columns: Columns): boolean {
  for (const column of columns.values()) if (column.relation === relation) return true;
  return false;
}

async function takenFrom(session: Session, table: PlacedTable, { to }: Passage, around: Around) {
  const { after, before, schema, ours, computes, conversions } = around;
  const goes: string[] = [];
  const retyped: Retyped[] = [];
  const names = new Map<string, string>();
  let back = table.ref;
  for (const column of table.columns) {
    const known = after.column(table.ref, column.name);
    if (known?.attributes.generated !== "") continue;
    const now = to.get(`${column.relation} ${column.number}`);
    if (!now) {
      goes.push(column.name);
      continue;
    }
    back = bound({ schema: now.schema, name: now.table }, schema);
    names.set(column.name, now.name);
    const own = conversions.filter(
      (each) => [column.name, now.name].includes(each.column) && isOf(each, [table.ref, back], around),
    );
    // A conversion within one type changes values too.
    const recomputed = own.some((each) => !convertsByCast(each));
    const was = before.column(back, now.name);
    const type = was?.attributes.type ?? now.type;
    // A composite type loses columns without changing its own name.
    const otherParts = partsOfType(known.attributes.type, after) !== partsOfType(type, before);
    if (now.typeOid === column.typeOid && now.type === column.type && !recomputed && !otherParts) continue;
    const labels = now.typeOid === column.typeOid ? null : labelsOf(type, before);
    if (labels === null && !computes && !otherParts && holdsEvery(known.attributes.type, type)) continue;
    const only = own.length === 1 ? own[0] : undefined;
    retyped.push({
      column: known,
      type,
      labels,
      castsAgain: await casts(session, now.type, column.type),
      computed: computes || otherParts,
      turned:
        ours && only && inverseUsing(only, type) !== null ? (value) => inverseUsing(only, type, value) ?? value : null,
      required: was?.attributes.notNull ? requiredAgain(was, back, before) : null,
    });
  }
  const gone = goes.flatMap((name) => after.column(table.ref, name) ?? []);
  return { table: table.ref, gone, retyped, back: { table: back, columns: names } };
}

/** By the table's name before or after the release; a table whose name exists only in between may be any. */
function isOf({ table }: AlterColumnType, names: readonly TableRef[], { before, after }: Around): boolean {
  if (names.some(({ name }) => name === table.name)) return true;
  return ![before, after].some((index) => index.table(resolveTable(table, index)) !== undefined);
}

function requiredAgain({ id, attributes }: ColumnObject, table: TableRef, before: CatalogIndex): Retyped["required"] {
  return { name: id.name, hasDefault: attributes.default !== null, again: notNullAgain(before, table, id.name) };
}

function conversionsOf({ up }: Migration): readonly AlterColumnType[] {
  return up.statements
    .flatMap((statement) => operationsOfText(statement))
    .filter((operation) => operation.kind === "alter-column-type");
}

function bound(table: TableRef, schema: string | null): TableRef {
  return table.schema === schema ? { schema: TENANT_SCHEMA, name: table.name } : table;
}

/** A type of the tenant's own is compared as text, and may be gone by then. */
async function casts(session: Session, from: string, to: string): Promise<boolean> {
  if (from.includes(".") || to.includes(".")) return false;
  try {
    await session.query(`select null::${from}::${to}`);
    return true;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return false;
  }
}
