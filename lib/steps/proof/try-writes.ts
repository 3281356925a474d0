import { type Catalog, TENANT_SCHEMA } from "../../core/catalog/catalog.js";
import { CatalogIndex, type TableRef } from "../../core/catalog/lookup.js";
import { identifier, literal, qualified } from "../../core/sql/quote.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { prepareSession, type SessionScope } from "../migration/prepare-session.js";
import { insertOne, seedOne } from "./seed-rows.js";
import { describeFailure } from "./try-candidate.js";

type WriteCommand = "INSERT" | "UPDATE" | "DELETE";

/** A write that the server refused. */
export interface RefusedWrite {
  /** The relation's object id: the same on each clone of one tenant, whatever the release calls it. */
  readonly oid: string;
  readonly table: TableRef;
  readonly command: WriteCommand;
  /** SQLSTATE. */
  readonly code: string;
  readonly reason: string;
  /** It is a view that takes no such write at all. */
  readonly takesNone: boolean;
  /** Whether the row is not one that an application wrote to this table: generated, or seen through a view. */
  readonly generated: boolean;
}

interface Relation {
  readonly oid: string;
  readonly table: TableRef;
  /** On the server, where the tenant's schema has its own name. */
  readonly schema: string;
  /** The same as SQL. */
  readonly name: string;
  readonly isView: boolean;
  /** Bits of pg_relation_is_updatable: 1 << CmdType. */
  readonly takes: number;
  readonly rowSecurity: boolean;
  /** Columns that an INSERT may name, and those that an UPDATE may. */
  readonly inserted: readonly string[];
  readonly updated: readonly string[];
  readonly policyRoles: readonly string[];
}

const BITS: Readonly<Record<WriteCommand, number>> = { UPDATE: 1 << 2, INSERT: 1 << 3, DELETE: 1 << 4 };

/** Milliseconds that one write may take; what takes longer is not tried to its end, and says nothing. */
const TIME = 5_000;

/** Which relations are written to: by their names in the catalog, or by their object ids. */
export interface Which {
  readonly tables: readonly TableRef[];
  readonly oids: readonly string[];
}

export interface TriedWrites {
  /** Object ids and tables of all that were tried. */
  readonly tried: readonly { readonly oid: string; readonly table: TableRef }[];
  readonly refused: readonly RefusedWrite[];
}

/**
 * Writes one row of each relation: an UPDATE that sets every column to what it is, a DELETE, and an INSERT of the row that was
 * deleted, or of a generated one: executed as an application's statements, for what they fire is others' code. Where row security holds, also as a role that it holds for. Everything is taken back.
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

async function readRelations(session: Session, which: Which, schema: string | null): Promise<readonly Relation[]> {
  const names = which.tables.map(({ schema: home, name }) =>
    JSON.stringify([home === TENANT_SCHEMA ? (schema ?? "") : home, name]),
  );
  const list = (values: readonly string[]) => values.map((value) => literal(value)).join(", ");
  const rows = await session.query<{
    oid: string;
    schema: string;
    name: string;
    view: boolean;
    takes: number;
    secured: boolean;
    inserted: string[];
    updated: string[];
    roles: string[];
  }>(
    `select c.oid::text as oid, n.nspname as schema, c.relname as name, c.relkind = 'v' as view,
       pg_catalog.pg_relation_is_updatable(c.oid, true) as takes, c.relrowsecurity as secured,
       array(select a.attname::text from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         and a.attgenerated = '' and (c.relkind <> 'v' or pg_catalog.pg_column_is_updatable(c.oid, a.attnum, true)) order by a.attnum) as inserted,
       array(select a.attname::text from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         and a.attgenerated = '' and a.attidentity <> 'a' and (c.relkind <> 'v' or pg_catalog.pg_column_is_updatable(c.oid, a.attnum, true))
         order by a.attnum) as updated,
       array(select distinct r.rolname::text from pg_catalog.pg_policy p, unnest(p.polroles) x, pg_catalog.pg_roles r
         where p.polrelid = c.oid and r.oid = x) as roles
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v') and (c.oid = any(array[${list(which.oids)}]::oid[])
       or jsonb_build_array(n.nspname, c.relname) = any(array[${list(names)}]::jsonb[]))
     order by c.relkind, n.nspname, c.relname`,
  );
  return rows.map((row) => ({
    oid: row.oid,
    table: { schema: row.schema === schema ? TENANT_SCHEMA : row.schema, name: row.name },
    schema: row.schema,
    name: qualified(row.schema, row.name),
    isView: row.view,
    takes: row.takes,
    rowSecurity: row.secured,
    inserted: row.inserted,
    updated: row.updated,
    policyRoles: row.roles,
  }));
}

interface Place {
  readonly session: Session;
  readonly relation: Relation;
  readonly index: CatalogIndex;
  readonly schema: string | null;
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
  return [...tried, ...secured].map(({ command, error, ofGenerated }) => ({
    oid,
    table,
    command,
    code: error.code,
    reason: describeFailure(error),
    takesNone: error instanceof TakesNone,
    generated: generated || isView || ofGenerated === true,
  }));
}

interface Refused {
  readonly command: WriteCommand;
  readonly error: DatabaseError;
  readonly ofGenerated?: boolean;
}

/** A row of a table, by where it lies. Null for a view, and where there is none. */
async function rowOf(session: Session, { name, isView }: Relation) {
  if (isView) return null;
  const [row] = await session.query<{ tableoid: string; ctid: string }>(
    `select tableoid::text as tableoid, ctid::text as ctid from ${name} limit 1`,
  );
  return row ?? null;
}

async function tryCommands(place: Place, where: string): Promise<readonly Refused[]> {
  const { session, relation } = place;
  const { name, updated } = relation;
  const sets = updated.map((column) => `${identifier(column)} = v.${identifier(column)}`).join(", ");
  const writes: readonly [WriteCommand, () => Promise<unknown>][] = [
    ["UPDATE", async () => sets !== "" && (await session.execute(`update ${name} v set ${sets} ${where}`))],
    ["DELETE", () => session.execute(`delete from ${name} v ${where}`)],
  ];
  const refused: Refused[] = [];
  const note = ({ command, error, ofGenerated = false }: Refused) =>
    SAYS_NOTHING.test(error.code) || isReferenced(command, error) || refused.push({ command, error, ofGenerated });
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
  } else if (relation.isView) note({ command: "INSERT", error: new TakesNone(relation) });
  return refused;
}

/** The row that is there, once it is deleted. Where others hold it, or there is none, a generated one. */
async function insertAgain(place: Place, where: string, insertion: { generated: boolean }): Promise<void> {
  const { session, relation, index, schema } = place;
  const { name, inserted, table, isView } = relation;
  if (inserted.length === 0) return void (await session.execute(`insert into ${name} default values`));
  const list = inserted.map((column) => identifier(column)).join(", ");
  await session.execute(
    `create temporary table schema_gate_row on commit drop as select ${list} from ${name} v ${where}`,
  );
  await session.script("grant select on pg_temp.schema_gate_row to public");
  await attempt(session, () => session.execute(`delete from ${name} v ${where}`));
  const [row] = await session.query("select 1 from pg_temp.schema_gate_row limit 1");
  const [held] = isView ? [] : await session.query(`select 1 from ${name} v ${where} limit 1`);
  insertion.generated = !isView && (held !== undefined || row === undefined);
  if (!insertion.generated)
    return void (await session.execute(
      `insert into ${name} (${list}) overriding system value select * from pg_temp.schema_gate_row`,
    ));
  const error = await insertOne(session, index, table, schema);
  if (error) throw error;
}

function takes(relation: Relation, command: WriteCommand): boolean {
  return (relation.takes & BITS[command]) !== 0;
}

/** The code is the one that PostgreSQL gives for it. */
class TakesNone extends DatabaseError {
  constructor({ table }: Relation) {
    super(`the view ${table.name} takes no such write`, "55000");
  }
}

/** A row to which another points is not deleted: which row comes first says nothing of the table (23503, foreign_key_violation). */
function isReferenced(command: WriteCommand, error: DatabaseError): boolean {
  return command === "DELETE" && error.code === "23503";
}

/** Cancelled, out of memory or disk, deadlocked: nothing that the schema has to do with. */
const SAYS_NOTHING = /^(57|53|40|58)/;

/**
 * The same under row security, which superusers and owners do not meet: as a role that has the roles of the policies. Counted is
 * only what no row and no setting of an application would let through: that a policy refuses the row is no fault of the table.
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

/** Null when it ran; with `takeBack` it is undone either way. */
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
