import { literal } from "../sql/quote.js";
import { CatalogFormatError } from "./sources/fields.js";
import type { Scope } from "./sources/source.js";

/** A system catalog whose rows are watched. */
interface Watched {
  readonly catalog: string;
  /** A bigint below 2^48 that identifies its rows. */
  readonly key: string;
  /** A text that differs after each change of a row; default: the transaction that wrote the row. */
  readonly value?: string;
  /** Which rows may be a user's; default: all of them. */
  readonly where?: string;
}

const whole = (catalog: string, key = "oid"): Watched => ({ catalog, key: `${key}::int8` });
const own = (catalog: string, key = "oid"): Watched => ({ ...whole(catalog, key), where: `${key} >= 16384` });
/** Of these also the system's own count, where somebody may do something with them that is not the default. */
const granted = (catalog: string, acl: string): Watched => ({
  ...whole(catalog),
  where: `oid >= 16384 or ${acl} is not null`,
});
const part = (catalog: string, owner: string, number: string): Watched => ({
  catalog,
  key: `${owner}::int8 * 65536 + ${number}`,
  where: `${owner} >= 16384`,
});
/** Apart from pg_catalog, whose id is 11, pg_depend records every schema through what is in it. */
const inSchema = (catalog: string, namespace: string): Watched => ({ ...whole(catalog), where: `${namespace} <> 11` });

const ALWAYS: readonly Watched[] = [
  granted("pg_class", "relacl"),
  granted("pg_proc", "proacl"),
  granted("pg_type", "typacl"),
  part("pg_attribute", "attrelid", "attnum"),
  own("pg_index", "indexrelid"),
  own("pg_constraint"),
  own("pg_rewrite"),
  own("pg_aggregate", "aggfnoid"),
  ...["pg_amop", "pg_amproc", "pg_cast", "pg_am"].map((name) => own(name)),
  ...["pg_attrdef", "pg_trigger", "pg_namespace", "pg_extension", "pg_language"].map((name) => whole(name)),
  whole("pg_sequence", "seqrelid"),
  {
    catalog: "pg_description",
    key: "objoid::int8 * 65536 + objsubid",
    where: "objoid >= 16384 or objoid = 2200 and classoid = 'pg_namespace'::regclass",
  },
  // Who owns a sequence, and what belongs to an extension or goes with one.
  {
    catalog: "pg_depend",
    key: "objid::int8 * 65536 + refobjsubid",
    where: `classid = 'pg_class'::regclass and deptype in ('a', 'i')
      or refclassid = 'pg_extension'::regclass and deptype in ('e', 'x')`,
  },
  { catalog: "pg_roles", key: "oid::int8", value: "rolname::text" },
  { catalog: "pg_database", key: "datdba::int8", where: "datname = current_database()" },
];

const HERE = "(select oid from pg_database where datname = current_database())";

/** By the id of a catalog in which a new database has no row: what is watched when its file is not empty. */
const EMPTY_AT_FIRST: Readonly<Record<number, Watched>> = {
  826: whole("pg_default_acl"),
  1417: whole("pg_foreign_server"),
  1418: { catalog: "pg_user_mappings", key: "umid::int8", value: "concat_ws(' ', srvname, usename, umoptions::text)" },
  2328: whole("pg_foreign_data_wrapper"),
  2611: { catalog: "pg_inherits", key: "inhrelid::int8 * 65536 + inhseqno" },
  2964: { catalog: "pg_db_role_setting", key: "setrole::int8", where: `setdatabase = ${HERE}` },
  3118: whole("pg_foreign_table", "ftrelid"),
  3256: whole("pg_policy"),
  3381: whole("pg_statistic_ext"),
  3466: whole("pg_event_trigger"),
  3501: whole("pg_enum"),
  3576: whole("pg_transform"),
  3596: { catalog: "pg_seclabel", key: "objoid::int8 * 65536 + objsubid" },
  6104: whole("pg_publication"),
  6106: whole("pg_publication_rel"),
};

/** By the id of the catalog: what is watched when a schema contains something of it. */
const IN_A_SCHEMA: Readonly<Record<number, readonly Watched[]>> = {
  2607: [inSchema("pg_conversion", "connamespace")],
  2616: [inSchema("pg_opclass", "opcnamespace")],
  2617: [inSchema("pg_operator", "oprnamespace")],
  2753: [inSchema("pg_opfamily", "opfnamespace")],
  3456: [inSchema("pg_collation", "collnamespace")],
  3600: [inSchema("pg_ts_dict", "dictnamespace")],
  3601: [inSchema("pg_ts_parser", "prsnamespace")],
  3602: [
    inSchema("pg_ts_config", "cfgnamespace"),
    {
      catalog: "pg_ts_config_map",
      key: "mapcfg::int8 * 65536 + maptokentype * 256 + mapseqno",
      where: "mapcfg in (select oid from pg_ts_config where cfgnamespace <> 11)",
    },
  ],
  3764: [inSchema("pg_ts_template", "tmplnamespace")],
};

/** Object id of pg_range, whose types bring along functions that depend on them. */
const RANGES = 3541;

/** What everyone may read of a subscription, by the version that introduced it; 13 leaves the rest to superusers. */
const SUBSCRIPTION: readonly (readonly [number, string])[] = [
  [13, "subname, subowner, subenabled, subslotname, subpublications::text"],
  [14, "subsynccommit, subbinary, substream::text"],
  [15, "subtwophasestate, subdisableonerr"],
  [16, "suborigin, subpasswordrequired, subrunasowner"],
  [17, "subfailover"],
  [19, "subretaindeadtuples, submaxretention, subserver, subwalrcvtimeout"],
];

function subscriptions(major: number): Watched {
  const columns = SUBSCRIPTION.filter(([since]) => since <= major).map(([, names]) => names);
  const value = `concat_ws(' ', ${columns.join(", ")})`;
  return { catalog: "pg_subscription", key: "subowner::int8", value, where: `subdbid = ${HERE}` };
}

function emptyAtFirst(major: number): Readonly<Record<number, Watched>> {
  const since15 = major >= 15 ? { 6237: whole("pg_publication_namespace") } : {};
  return { ...EMPTY_AT_FIRST, ...since15, 6100: subscriptions(major) };
}

/** The answer to `detectorQuery`. */
export interface DetectorRow {
  /** Hex. */
  readonly detector: string;
  /** Comma-separated ids of the catalogs that hold something and are not always watched. */
  readonly found: string | null;
}

/**
 * One row: a hash over the identity of the catalogs' rows and of the transactions that wrote them, for each catalog that `catalogQuery` reads. It
 * stays the same only while nothing changes; it does not say what a schema is, and only compares one database with itself. VACUUM and ANALYZE write
 * in place and do not change it. For tenants that share a database it is the database's.
 *
 * Even an empty catalog costs planning time, so most are watched only when they are in `rare`. Others that hold something are in `found`, and the
 * hash is complete when everything in `found` is also in `rare`: a catalog that holds nothing adds nothing to it, watched or not.
 */
export function detectorQuery({ major }: Pick<Scope, "major">, rare: ReadonlySet<number>): string {
  const empty = emptyAtFirst(major);
  const further = [...rare].sort((a, b) => a - b).flatMap((id) => watchedFor(id, empty).map((each) => arm(each, id)));
  const arms = [...ALWAYS.map((each, at) => arm(each, at)), ...further];
  return `select md5(concat_ws(' ', count(*), sum(hashtextextended(t.value, t.key)))) as detector, (${found(empty)}) as found
from (${arms.join("\nunion all ")}) t(key, value)`;
}

function watchedFor(id: number, empty: Readonly<Record<number, Watched>>): readonly Watched[] {
  if (id === RANGES) return [own("pg_range", "rngtypid")];
  const one = empty[id];
  const watched = one === undefined ? IN_A_SCHEMA[id] : [one];
  if (watched === undefined) throw new CatalogFormatError(`the server has objects of a kind that is not known (${id})`);
  return watched;
}

/** PostgreSQL plans unions of plain tables as one scan of many parts. */
function arm({ catalog, key, value = "xmin::text", where = "true" }: Watched, number: number): string {
  return `select ${BigInt(number) << 48n} + ${key}, ${value} from ${catalog} where ${where}`;
}

/** By file sizes, which need no planning, and by what depends on a schema; up to 14 pinned objects are recorded there, too. */
function found(empty: Readonly<Record<number, Watched>>): string {
  return `select string_agg(distinct f.id::text, ',') from (
  select c.id from unnest(${literal(`{${Object.keys(empty).join()}}`)}::oid[]) c(id) where pg_relation_size(c.id) > 0
  union all select case d.classid when 'pg_proc'::regclass then ${RANGES}::oid else d.classid end from pg_depend d
    where d.refclassid = 'pg_namespace'::regclass and d.deptype <> 'p'
      and d.classid not in ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass, 'pg_extension'::regclass)
    or d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_type'::regclass and d.deptype = 'i') f(id)`;
}
