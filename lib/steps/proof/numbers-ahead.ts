import { TENANT_SCHEMA } from "../../core/catalog/catalog.js";
import type { TableRef } from "../../core/catalog/lookup.js";
import { humanName } from "../../core/catalog/names.js";
import type { Finding } from "../../core/finding.js";
import { identifier, literal, qualified } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";

/** A column that is unique by itself and takes its values from a sequence. */
interface Numbered {
  /** Table and column, by what a rename does not change. */
  readonly key: string;
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly sequenceSchema: string;
  readonly sequence: string;
}

interface Numbering extends Numbered {
  /** What the sequence gives next; null when it has nothing left. */
  readonly next: bigint | null;
  /** Numbers that it has before it ends or starts again. */
  readonly left: bigint;
  readonly cycles: boolean;
  /** The first of those that a row already has; null for none. */
  readonly taken: bigint | null;
  /** Rows; null if more numbers are left than anybody counts. */
  readonly rows: bigint | null;
}

export type Numberings = ReadonlyMap<string, Numbering>;

/** Numbers that are enough for any table on a clone; a row with a number beyond them is an intended exception. */
const ENOUGH = 1_000_000n;

/** Sequences per query. */
const CHUNK = 100;

export async function readNumberings(session: Session, schema: string | null): Promise<Numberings> {
  const columns = await session.query<Numbered & Record<string, unknown>>(numbered(schema));
  const ahead = await readAhead(session, columns);
  const taken = await firstTaken(session, ahead);
  const rows = await countRows(session, ahead);
  return new Map(
    ahead.map(({ end: _, increment: _by, ...each }) => [
      each.key,
      { ...each, taken: taken.get(each.key) ?? null, rows: rows.get(each.key) ?? null },
    ]),
  );
}

interface Ahead extends Omit<Numbering, "taken" | "rows"> {
  readonly increment: bigint;
  /** The last of the numbers that are looked for. */
  readonly end: bigint;
}

/** What each sequence gives from now on; without those that are not to be read as one. */
async function readAhead(session: Session, columns: readonly Numbered[]): Promise<readonly Ahead[]> {
  const read = await union<{ next: string; increment: string; last: string; cycles: boolean }, Numbered>(
    session,
    columns,
    ({ sequenceSchema, sequence }) => {
      const name = qualified(sequenceSchema, sequence);
      return `(v.last_value::numeric + case when v.is_called then s.seqincrement else 0 end)::text as next, s.seqincrement::text as increment,
         case when s.seqincrement > 0 then s.seqmax else s.seqmin end::text as last, s.seqcycle as cycles
       from ${name} v, pg_catalog.pg_sequence s where s.seqrelid = ${literal(name)}::regclass`;
    },
  );
  return columns.flatMap((each) => {
    const row = read.get(each.key);
    if (!row) return [];
    const [next, increment, last] = [BigInt(row.next), BigInt(row.increment), BigInt(row.last)];
    const isOver = increment > 0n ? next > last : next < last;
    const left = isOver ? 0n : (last - next) / increment + 1n;
    const end = next + increment * ((left < ENOUGH ? left : ENOUGH) - 1n);
    return [{ ...each, next: isOver ? null : next, left, cycles: row.cycles, increment, end }];
  });
}

async function firstTaken(session: Session, ahead: readonly Ahead[]): Promise<ReadonlyMap<string, bigint>> {
  const going = ahead.filter(({ next }) => next !== null);
  const found = await union<{ taken: string | null }>(
    session,
    going,
    ({ schema, table, column, next, increment, end }) => {
      const value = identifier(column);
      const [first, from, to] = increment > 0n ? ["min", next, end] : ["max", end, next];
      return `${first}(${value})::text as taken from ${qualified(schema, table)}
     where ${value} between (${from})::bigint and (${to})::bigint and (${value} - (${next})::bigint) % (${increment})::bigint = 0`;
    },
  );
  return new Map([...found].flatMap(([key, { taken }]) => (taken === null ? [] : [[key, BigInt(taken)]])));
}

async function countRows(session: Session, ahead: readonly Ahead[]): Promise<ReadonlyMap<string, bigint>> {
  const few = ahead.filter(({ left }) => left < ENOUGH);
  const found = await union<{ rows: string }>(
    session,
    few,
    ({ schema, table }) => `count(*)::text as rows from ${qualified(schema, table)}`,
  );
  return new Map([...found].map(([key, { rows }]) => [key, BigInt(rows)]));
}

/** One row for each column, by its key, in one round trip for many. `select`: the query, without its first word. */
async function union<R extends Record<string, unknown>, C extends Numbered = Ahead>(
  session: Session,
  columns: readonly C[],
  select: (column: C) => string,
): Promise<ReadonlyMap<string, R>> {
  const found = new Map<string, R>();
  const queries = columns.map((each) => `select ${literal(each.key)} as key, ${select(each)}`);
  for (let at = 0; at < queries.length; at += CHUNK) {
    const rows = await session.query<R & { key: string }>(queries.slice(at, at + CHUNK).join(" union all "));
    for (const row of rows) found.set(row.key, row);
  }
  return found;
}

function numbered(schema: string | null): string {
  const of = (from: string, relation: string, column: string, sequence: string, where: string) =>
    `select ${relation} as relation, ${column} as attribute, ${sequence} as sequence from ${from} where ${where}`;
  const ofIdentity = of(
    "pg_catalog.pg_depend d",
    "d.refobjid",
    "d.refobjsubid",
    "d.objid",
    "d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype = 'i' and d.refobjsubid > 0",
  );
  // OFFSET 0 keeps the planner from printing every default again for each sequence.
  const ofDefault = of(
    `(select f.adrelid, f.adnum, f.adbin, d.refobjid from pg_catalog.pg_attrdef f join pg_catalog.pg_depend d
      on d.classid = 'pg_attrdef'::regclass and d.objid = f.oid and d.refclassid = 'pg_class'::regclass and d.refobjid <> f.adrelid offset 0) f`,
    "f.adrelid",
    "f.adnum",
    "f.refobjid",
    "pg_catalog.pg_get_expr(f.adbin, f.adrelid) like 'nextval(%'",
  );
  return `select c.oid || '.' || a.attnum as key, n.nspname as schema, c.relname as table, a.attname as column,
      sn.nspname as "sequenceSchema", s.relname as sequence
    from (${ofIdentity} union ${ofDefault}) x
    join pg_catalog.pg_class c on c.oid = x.relation and c.relkind in ('r', 'p') and not c.relispartition
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname not like 'schema\\_gate%' and n.nspname not like 'pg\\_%'
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = x.attribute
      and a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
    join pg_catalog.pg_class s on s.oid = x.sequence and s.relkind = 'S'
    join pg_catalog.pg_namespace sn on sn.oid = s.relnamespace
    where ${schema === null ? "true" : `n.nspname = ${literal(schema)}`} and exists (select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisunique
      and i.indnkeyatts = 1 and i.indkey[0] = a.attnum and i.indpred is null)
    order by 1`;
}

/** Tables whose next number changed. */
export function renumbered(before: Numberings, after: Numberings, own: string | null): readonly TableRef[] {
  return [...after].flatMap(([key, { schema, table, next, left }]) => {
    const was = before.get(key);
    return was && was.next === next && was.left === left
      ? []
      : [{ schema: schema === own ? TENANT_SCHEMA : schema, name: table }];
  });
}

/** Finds what an INSERT hits only later. Whether the next number is taken, or none is left, is tried with a real INSERT. */
export function numberingFindings(before: Numberings, after: Numberings, own: string | null): readonly Finding[] {
  return [...after].flatMap(([key, is]): Finding[] => {
    const was = before.get(key);
    if (isTaken(is) && !(was && isTaken(was))) return [finding(is, own, takenText, PAST_THE_ROWS)];
    return runsOut(is) && !(was && runsOut(was)) ? [finding(is, own, endText, WIDER)] : [];
  });
}

function isTaken({ next, taken }: Numbering): boolean {
  return next !== null && taken !== null && taken !== next;
}

/** It has fewer numbers left than the table has rows: more than half are used up. */
function runsOut({ left, rows }: Numbering): boolean {
  return left > 0n && rows !== null && left < rows;
}

function takenText({ next, taken, sequence, column }: Numbering, name: string): string {
  return `After the release, INSERTs into ${name} reach a number that is taken: ${sequence} gives ${next} next for ${column}, and a row already has ${taken}.`;
}

function endText({ left, sequence, column, cycles }: Numbering, name: string): string {
  const numbers = left === 1n ? "1 number" : `${left} numbers`;
  const then = cycles ? "begins again, with numbers that rows have" : "has none, and every INSERT fails";
  return `After the release ${sequence} has ${numbers} left for ${name}.${column}, fewer than there are rows; then it ${then}.`;
}

/** What to do about a sequence that gives numbers which rows have. */
export const PAST_THE_ROWS =
  "Move the sequence past the existing rows, with setval or ALTER … RESTART, in the same release.";
const WIDER = "Give the sequence and its column bigint, or a higher MAXVALUE, in the same release.";

function finding(of: Numbering, own: string | null, text: typeof takenText, remedy: string): Finding {
  const name = humanName({ schema: of.schema === own ? TENANT_SCHEMA : of.schema, name: of.table });
  return {
    code: "dry-run.numbers-taken",
    gate: "dry-run",
    severity: "warning",
    subject: { kind: "table", name },
    message: text(of, name),
    remedy: { text: remedy },
  };
}
