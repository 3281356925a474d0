import { IN_SCHEMA, ON_TABLES, PARTS } from "./catalog-homes.js";

const regclass = (catalog: string) => `'pg_catalog.${catalog}'::pg_catalog.regclass`;

/**
 * Whether this transaction, or a part of it that was not rolled back, wrote a row that it sees. Rows of others with a later number are
 * committed; of a number after all that are completed nobody may ask.
 */
function mine(row: string): string {
  const id = `(select m.id + m.age from me m) - pg_catalog.age(${row}.xmin)`;
  return `pg_catalog.age(${row}.xmin) <= (select m.age from me m) and case when ${id} < (select m.next from me m)
    then pg_catalog.pg_xact_status((${id})::pg_catalog.text::pg_catalog.xid8) = 'in progress'
    else ${id} < (select m.next from me m) + 1000000 end`;
}

const ME = `me as materialized (select x.id::pg_catalog.text::pg_catalog.int8 as id, pg_catalog.age(pg_catalog.xid(x.id)) as age,
    pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.int8 as next
  from (select pg_catalog.pg_current_xact_id() as id) x)`;

/** Casts and transforms have no schema: they belong to whoever has one of their types. */
const OF_TYPES = { pg_cast: "o.castsource, o.casttarget", pg_transform: "o.trftype" } as const;

function rowsOf(catalog: string, home: string, { object = "o.oid", join = "", condition = "true" } = {}): string {
  return `select ${regclass(catalog)} as catalog, ${object} as object, ${home} as home
    from pg_catalog.${catalog} o ${join} where ${condition} and ${mine("o")}`;
}

/** Looked up for the few rows that were written: a join would read the whole catalog. */
function homeOf(whole: keyof typeof IN_SCHEMA, oid: string): string {
  return `(select w.${IN_SCHEMA[whole]} from pg_catalog.${whole} w where w.oid = ${oid})`;
}

/** A foreign key to a shared table marks it as having triggers, under this lock. */
const UNMARKED = `not exists (select from pg_catalog.pg_locks l where l.pid = pg_catalog.pg_backend_pid() and l.locktype = 'relation'
  and l.relation = o.oid and l.mode = 'ShareRowExclusiveLock')`;

/** A configuration that maps a kind of token no longer has recorded its dependencies again. */
const RECORDED = `select ${regclass("pg_ts_config")} as catalog, o.oid as object, o.cfgnamespace as home from pg_catalog.pg_ts_config o
  where exists (select from pg_catalog.pg_depend d where d.classid = ${regclass("pg_ts_config")} and d.objid = o.oid and ${mine("d")})`;

/** By catalog, a query for the objects that this transaction wrote there, each with its schema; 0 for none. */
const ROWS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...mapped({ ...IN_SCHEMA, pg_namespace: "oid", pg_default_acl: "defaclnamespace" }, (catalog, column) =>
      rowsOf(catalog, `o.${column}`, { condition: catalog === "pg_class" ? UNMARKED : "true" }),
    ),
    ...mapped(ON_TABLES, (catalog, column) =>
      rowsOf(catalog, homeOf("pg_class", `o.${column}`), {
        condition: catalog === "pg_trigger" ? "not o.tgisinternal" : "true",
      }),
    ),
    ...mapped(OF_TYPES, (catalog, types) =>
      rowsOf(catalog, "t.typnamespace", { join: `join pg_catalog.pg_type t on t.oid in (${types})` }),
    ),
    ...Object.fromEntries(
      PARTS.map(([catalog, column, whole]) => {
        const rows = rowsOf(catalog, homeOf(whole, `o.${column}`), { object: `o.${column}` });
        return [catalog, catalog === "pg_ts_config_map" ? `${rows} union all ${RECORDED}` : rows];
      }),
    ),
    // A grant on a column locks nothing.
    pg_attribute: rowsOf("pg_attribute", homeOf("pg_class", "o.attrelid"), {
      object: "o.attrelid",
      condition: "o.attacl is not null",
    }),
  }),
);

function mapped(
  columns: Readonly<Record<string, string>>,
  query: (catalog: string, column: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(columns).map(([catalog, column]) => [catalog, query(catalog, column)]));
}

/** Catalogs whose rows tell whose object was written. */
export const KNOWN: readonly string[] = [...ROWS.keys()];

/** Whose objects are the tenant's. */
export interface Whose {
  /** A condition on the schema `n` of an object: it is neither the tenant's nor PostgreSQL's. */
  readonly others: string;
  /** Whether a release of shared objects is watched: it may change what belongs to no schema. */
  readonly ofShared: boolean;
}

/** Catalogs of objects that are the database's: whoever locks one comments on it or changes it. */
const OF_DATABASE: readonly string[] =
  "pg_publication pg_event_trigger pg_foreign_server pg_foreign_data_wrapper pg_language pg_am".split(" ");

const WITHOUT_SCHEMA: readonly string[] = ["pg_namespace", "pg_default_acl", ...Object.keys(OF_TYPES)];

/** By object outside of the tenant that this transaction wrote in these catalogs: its catalog and its schema. Null if there cannot be one. */
export function writtenQuery(catalogs: readonly string[], { others, ofShared }: Whose): string | null {
  const asked = ofShared ? catalogs.filter((each) => !WITHOUT_SCHEMA.includes(each)) : catalogs;
  const rows = asked.flatMap((catalog) => ROWS.get(catalog) ?? []);
  if (rows.length === 0) return null;
  const outside = ofShared ? others : `n.oid is null or n.nspname = 'pg_catalog' or ${others}`;
  return `with ${ME} select r.catalog::pg_catalog.regclass::pg_catalog.text as catalog, pg_catalog.min(n.nspname::pg_catalog.text) as schema
    from (${rows.join(" union all ")}) r left join pg_catalog.pg_namespace n on n.oid = r.home
    group by r.catalog, r.object having pg_catalog.bool_and(${outside})`;
}

/**
 * The same for objects that are locked by their id: dropped, commented on or renamed. It ends at a schema, along what an object is part of.
 * The first row only says that nobody has read any: the locks are those of the moment when it is read, everything else is of before.
 */
export function lockedQuery({ others, ofShared }: Whose): string {
  const schema = regclass("pg_namespace");
  const ofTypes = Object.keys(OF_TYPES).map(regclass).join(", ");
  // One that was made since then is no loss.
  const there = ["pg_default_acl", ...Object.keys(OF_TYPES)].map(
    (each) => `u.catalog = ${regclass(each)} and exists (select from pg_catalog.${each} o where o.oid = u.object)`,
  );
  const homeless = ofShared
    ? "false"
    : [`u.object < 16384::pg_catalog.oid`, `u.catalog in (${OF_DATABASE.map(regclass).join(", ")})`, ...there].join(
        " or ",
      );
  return `with recursive held as (select distinct l.classid, l.objid from pg_catalog.pg_locks l
      where l.pid = pg_catalog.pg_backend_pid() and l.locktype = 'object'
        and l.mode in ('ShareUpdateExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
        and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())),
    up(catalog, object, classid, objid) as (select h.classid, h.objid, h.classid, h.objid from held h
      union select u.catalog, u.object, d.refclassid, d.refobjid from up u
        join pg_catalog.pg_depend d on d.classid = u.classid and d.objid = u.objid
        where u.classid <> ${schema} and (d.deptype in ('a', 'i') or d.refclassid = ${schema} or u.classid in (${ofTypes})))
    select 'nobody' as catalog, null as schema union all (select u.catalog::pg_catalog.regclass::pg_catalog.text, pg_catalog.min(n.nspname::pg_catalog.text)
      from up u left join pg_catalog.pg_namespace n on u.classid = ${schema} and n.oid = u.objid
      group by u.catalog, u.object
      having case when pg_catalog.count(n.oid) = 0 then ${homeless}
        else pg_catalog.bool_and(n.nspname = 'pg_catalog' or ${others}) filter (where n.oid is not null) end)`;
}
