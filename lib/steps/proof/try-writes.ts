import type { Catalog } from "../../core/catalog/catalog.js";
import { CatalogIndex, type TableRef } from "../../core/catalog/lookup.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import { identifier, literal } from "../../core/sql/quote.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { prepareSession, type SessionScope } from "../migration/prepare-session.js";
import { type RefusedAction, tryActions } from "./referential-actions.js";
import { type Relation, readRelations, takes, type Which, type WriteCommand } from "./relations-to-write.js";
import { insertOne, seedOne } from "./seed-rows.js";
import { deleteOne, insertSomething, updateOne } from "./swallowed-writes.js";
import { describeFailure } from "./try-candidate.js";

/** A write that the server refused. */
export interface RefusedWrite {
  /** The relation's object id: the same on every clone of one tenant, whatever the release calls it. */
  readonly oid: string;
  readonly table: TableRef;
  readonly command: WriteCommand;
  /** SQLSTATE. */
  readonly code: string;
  readonly reason: string;
  /** It is a view that accepts no such write at all. */
  readonly takesNone: boolean;
  /** Whether the row is not one that an application wrote to this table: generated, or seen through a view. */
  readonly generated: boolean;
  /** It is an INSERT that leaves out every column with a default. */
  readonly byDefault: boolean;
  /** The foreign key whose SET NULL or SET DEFAULT is refused in the pointing row; null for a write of the table itself. */
  readonly byAction: string | null;
}

/** Milliseconds that one write may take; a longer one is cancelled, and says nothing. */
const TIME = 5_000;

export interface TriedWrites {
  /** Object ids and tables of everything that was tried. */
  readonly tried: readonly { readonly oid: string; readonly table: TableRef }[];
  readonly refused: readonly RefusedWrite[];
}

/**
 * Writes one row of each relation: an UPDATE that sets every column to its own value, a DELETE, and an INSERT of the deleted row, or of a
 * generated one, then again with its columns' defaults: executed as an application's statements, because what they fire is others' code.
 * Where row security applies, also as a role that it applies to. Everything is rolled back.
 */
export async function tryWrites(
  session: Session,
  catalog: Catalog,
  which: Which,
  scope: SessionScope,
): Promise<TriedWrites> {
  const tried = await readRelations(session, which, scope.schema);
  const index = new CatalogIndex(catalog);
  const refused: RefusedWrite[] = [];
  for (const relation of tried) {
    await session.script("begin");
    try {
      await prepareSession(session, scope, "inside");
      await session.script(`set local statement_timeout = ${TIME}`);
      refused.push(...(await tryRelation({ session, relation, index, schema: scope.schema })));
    } finally {
      await session.script("rollback");
    }
  }
  return { tried, refused };
}

interface Place {
  readonly session: Session;
  readonly relation: Relation;
  readonly index: CatalogIndex;
  readonly schema: string | null;
}

/** Whether the relation has the row that is written. */
async function isThere({ session, relation }: Place, where: string): Promise<boolean> {
  let rows: readonly unknown[] = [];
  await attempt(session, async () => (rows = await session.query(`select 1 from ${relation.name} v ${where} limit 1`)));
  return rows.length > 0;
}

async function tryRelation(place: Place): Promise<readonly RefusedWrite[]> {
  const { session, relation, index, schema } = place;
  const { oid, table, name, isView } = relation;
  let row = await rowOf(session, relation);
  const generated = row === null && !isView;
  if (generated && (await attempt(session, () => seedOne(session, index, table, schema))) === null)
    row = await rowOf(session, relation);
  const where = isView
    ? `where v::text operator(pg_catalog.=) (select x::text from ${name} x limit 1)`
    : row === null
      ? "where false"
      : `where v.tableoid operator(pg_catalog.=) ${literal(row.tableoid)}::oid and v.ctid operator(pg_catalog.=) ${literal(row.ctid)}::tid`;
  const tried = await tryCommands(place, where);
  const secured = relation.rowSecurity && tried.length === 0 ? await trySecured(place, where) : [];
  const actions = isView ? [] : await tryReferences(place);
  // With a pointing row, the DELETE would only say the same again.
  const own = tried.filter((each) => !actions.some((action) => sameRefusal(each, action)));
  return [...own, ...secured, ...actions].map(({ command, error, ofGenerated, byDefault, byAction }) => ({
    oid,
    table,
    command,
    code: error.code,
    reason: describeFailure(error),
    takesNone: error instanceof TakesNone,
    generated: byAction === undefined ? generated || isView || ofGenerated === true : ofGenerated === true,
    byDefault: byDefault === true,
    byAction: byAction ?? null,
  }));
}

function sameRefusal(each: Refused, other: Refused): boolean {
  return each.command === other.command && each.error.code === other.error.code;
}

/** For a generated row, only a refused NULL is certain (23502, not_null_violation): other rows may pass a CHECK. */
async function tryReferences({ session, relation, index, schema }: Place): Promise<readonly Refused[]> {
  const refused = await tryActions(session, relation, index, schema, (work, takeBack) =>
    attempt(session, work, takeBack),
  );
  return refused
    .filter(({ error }) => !SAYS_NOTHING.test(error.code))
    .map((each) => ({ ...each, ofGenerated: each.ofGenerated && each.error.code !== "23502" }));
}

interface Refused {
  readonly command: WriteCommand;
  readonly error: DatabaseError;
  readonly ofGenerated?: boolean;
  readonly byDefault?: boolean;
  readonly byAction?: RefusedAction["byAction"];
}

/** A row of a table, by its physical position. Null for a view, and if there is none. */
async function rowOf(session: Session, { name, isView }: Relation) {
  if (isView) return null;
  const [row] = await session.query<{ tableoid: string; ctid: string }>(
    `select tableoid::text as tableoid, ctid::text as ctid from ${name} limit 1`,
  );
  return row ?? null;
}

async function tryCommands(place: Place, where: string): Promise<readonly Refused[]> {
  const { session, relation, index } = place;
  const one = { relation, index, where, isThere: await isThere(place, where) };
  const writes: readonly [WriteCommand, () => Promise<unknown>][] = [
    ["UPDATE", () => updateOne(session, one)],
    ["DELETE", () => deleteOne(session, one)],
  ];
  const refused: Refused[] = [];
  const note = (each: Refused) =>
    SAYS_NOTHING.test(each.error.code) || isReferenced(each.command, each.error) || refused.push(each);
  for (const [command, write] of writes) {
    if (takes(relation, command)) {
      const error = await attempt(session, write, true);
      if (error) note({ command, error });
    } else if (relation.isView) note({ command, error: new TakesNone(relation) });
  }
  if (takes(relation, "INSERT")) {
    const insertion = { generated: false };
    const error = await attempt(session, () => insertAgain(place, where, insertion), true);
    if (error) note({ command: "INSERT", error, ofGenerated: insertion.generated });
    else (await byDefaults(place, where)).forEach(note);
  } else if (relation.isView) note({ command: "INSERT", error: new TakesNone(relation) });
  return refused;
}

/**
 * An INSERT that leaves out what the table fills in itself, next to the existing row: a number that its sequence returns twice has nothing
 * to do with the row. If another key is taken, in place of that row.
 */
async function byDefaults(place: Place, where: string): Promise<readonly Refused[]> {
  const { session, relation, index } = place;
  const given = index
    .columns(relation.table)
    .filter(({ attributes }) => attributes.default !== null || attributes.identity !== "")
    .map(({ id }) => id.name);
  if (relation.isView || given.length === 0) return [];
  const insertion = { generated: false };
  const next = await attempt(
    session,
    () => insertAgain(place, where, insertion, { without: given, stays: true }),
    true,
  );
  const [, key] = /^Key \((.+?)\)=/.exec(next?.code === "23505" ? (next.detail ?? "") : "") ?? [];
  const ofOther = key !== undefined && !given.some((each) => key === each || key === identifier(each));
  const again = () => insertAgain(place, where, insertion, { without: given, stays: false });
  const error = ofOther ? await attempt(session, again, true) : next;
  return error === null ? [] : [{ command: "INSERT", error, byDefault: true, ofGenerated: insertion.generated }];
}

/** The existing row, without some columns, after deleting it unless it `stays`. If others refer to it, or there is none, a generated one. */
async function insertAgain(
  place: Place,
  where: string,
  insertion: { generated: boolean },
  { without, stays }: { readonly without: readonly string[]; readonly stays: boolean } = { without: [], stays: false },
): Promise<void> {
  const { session, relation, index, schema } = place;
  const { name, table, isView } = relation;
  const inserted = relation.inserted.filter((column) => !without.includes(column));
  const insert = (sql: string) => insertSomething(session, relation, sql);
  if (inserted.length === 0) return insert(`insert into ${name} default values`);
  const list = inserted.map((column) => identifier(column)).join(", ");
  await session.execute(
    `create temporary table schema_gate_row on commit drop as select ${list} from ${name} v ${where}`,
  );
  await session.script("grant select on pg_temp.schema_gate_row to public");
  if (!stays) await attempt(session, () => session.execute(`delete from ${name} v ${where}`));
  const [row] = await session.query("select 1 from pg_temp.schema_gate_row limit 1");
  const [held] = isView || stays ? [] : await session.query(`select 1 from ${name} v ${where} limit 1`);
  insertion.generated = !isView && (held !== undefined || row === undefined);
  const values = inserted.map((column) => asWritten(place, column)).join(", ");
  const again = `insert into ${name} (${list}) overriding system value select ${values} from pg_temp.schema_gate_row`;
  if (!insertion.generated) return row === undefined ? void (await session.execute(again)) : insert(again);
  const error = await insertOne(session, index, table, schema, { without, insert });
  if (error) throw error;
}

/** A domain checks what is converted to it, as an application's values are, and not what has its type already. */
function asWritten({ relation, index, schema }: Place, column: string): string {
  const name = identifier(column);
  const type = index.column(relation.table, column)?.attributes.type;
  const isDomain = index.all("domain").some(({ id }) => `${id.schema}.${id.name}` === type?.replaceAll('"', ""));
  return isDomain ? bindSchemas(`${name}::pg_catalog.text::${type}`, schema) : name;
}

/** The code is the one that PostgreSQL uses for it. */
class TakesNone extends DatabaseError {
  constructor({ table }: Relation) {
    super(`the view ${table.name} takes no such write`, "55000");
  }
}

/** A row to which another points is not deleted: which row comes first says nothing about the table (23503, foreign_key_violation). */
function isReferenced(command: WriteCommand, error: DatabaseError): boolean {
  return command === "DELETE" && error.code === "23503";
}

/** Cancelled, out of memory or disk, deadlocked: nothing to do with the schema. */
const SAYS_NOTHING = /^(57|53|40|58)/;

/**
 * The same under row security, which does not apply to superusers and owners: as a role that has the roles of the policies. Counts only
 * what no row and no setting of an application would let through: if a policy refuses the row, the table is not at fault.
 */
async function trySecured(place: Place, where: string): Promise<readonly Refused[]> {
  const { session, relation } = place;
  const role = identifier(`schema_gate_writer_${session.backend}`);
  const member = relation.policyRoles.map((name) => `grant ${identifier(name)} to ${role}`);
  const prepared = [
    `create role ${role}`,
    `grant usage on schema ${identifier(relation.schema)} to ${role}`,
    `grant all on ${relation.name} to ${role}`,
    ...member,
    `set local role ${role}`,
  ];
  if ((await attempt(session, () => session.script(prepared.join("; ")))) !== null) return [];
  try {
    const refused = await tryCommands(place, where);
    return refused.filter(({ error: { code } }) => code.startsWith("42") && code !== "42501" && code !== "42704");
  } finally {
    await session.script(session.role === null ? "reset role" : `set local role ${identifier(session.role)}`);
  }
}

/** Null if it ran; with `takeBack` it is undone either way. */
async function attempt(
  session: Session,
  work: () => Promise<unknown>,
  takeBack = false,
): Promise<DatabaseError | null> {
  await session.script("savepoint schema_gate_write");
  try {
    await work();
    await session.execute("set constraints all immediate");
    await session.script(takeBack ? UNDO : "release savepoint schema_gate_write");
    return null;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await session.script(UNDO);
    return error;
  }
}

const UNDO = "rollback to savepoint schema_gate_write; release savepoint schema_gate_write";
