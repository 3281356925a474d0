import { literal } from "../sql/quote.js";
import type { Scope } from "./sources/source.js";

/** A system catalog, what tells its rows apart, and which of them are a user's. */
interface Watched {
  readonly catalog: string;
  readonly key: string;
  readonly where: string;
}

const own = (catalog: string, key = "oid"): Watched => ({
  catalog,
  key: `${key}, xmin`,
  where: `${key.split(",", 1)[0]} >= 16384`,
});
const whole = (catalog: string, key = "oid"): Watched => ({ catalog, key: `${key}, xmin`, where: "true" });

const OWN = [
  ...["attrdef", "constraint", "trigger", "policy", "rewrite", "enum", "statistic_ext"],
  ...["operator", "opclass", "opfamily", "amop", "amproc", "collation", "conversion", "cast", "am"],
  ...["ts_config", "ts_dict", "ts_parser", "ts_template"],
].map((name) => own(`pg_${name}`));
/** Of these the system's own count as well where somebody may do with them what is not the default. */
const WITH_PRIVILEGES = [
  ["pg_class", "relacl"],
  ["pg_proc", "proacl"],
  ["pg_type", "typacl"],
] as const;
const WHOLE = [
  ...["namespace", "extension", "language", "transform", "event_trigger", "default_acl"],
  ...["publication", "publication_rel", "foreign_data_wrapper", "foreign_server"],
].map((name) => whole(`pg_${name}`));

/**
 * Each catalog that `catalogQuery` reads. Where a role without privileges may not ask for the transaction of a row, its
 * values are watched instead.
 */
const WATCHED: readonly Watched[] = [
  ...OWN,
  ...WITH_PRIVILEGES.map(([catalog, acl]) => ({
    catalog,
    key: "oid, xmin",
    where: `oid >= 16384 or ${acl} is not null`,
  })),
  ...WHOLE,
  own("pg_attribute", "attrelid, attnum"),
  own("pg_index", "indexrelid"),
  own("pg_sequence", "seqrelid"),
  own("pg_aggregate", "aggfnoid"),
  own("pg_range", "rngtypid"),
  own("pg_foreign_table", "ftrelid"),
  own("pg_inherits", "inhrelid, inhseqno"),
  own("pg_ts_config_map", "mapcfg, maptokentype, mapseqno"),
  own("pg_description", "objoid, classoid, objsubid"),
  own("pg_seclabel", "objoid, classoid, objsubid, provider"),
  { catalog: "pg_description", key: "classoid, xmin", where: "objoid = 2200 and classoid = 'pg_namespace'::regclass" },
  // Who owns a sequence, and what belongs to an extension or goes with one.
  {
    catalog: "pg_depend",
    key: "objid, refobjid, refobjsubid, xmin",
    where: "classid = 'pg_class'::regclass and deptype in ('a', 'i')",
  },
  {
    catalog: "pg_depend",
    key: "classid, objid, refobjid, xmin",
    where: "refclassid = 'pg_extension'::regclass and deptype in ('e', 'x')",
  },
  { catalog: "pg_user_mappings", key: "umid, srvname, usename, umoptions::text", where: "true" },
  { catalog: "pg_roles", key: "oid, rolname", where: "true" },
  { catalog: "pg_database", key: "datdba, xmin", where: "datname = current_database()" },
  {
    catalog: "pg_db_role_setting",
    key: "setrole, xmin",
    where: "setdatabase = (select oid from pg_database where datname = current_database())",
  },
];

/** What everyone may read of a subscription, by the version since which it is there; 13 keeps the rest to superusers. */
const SUBSCRIPTION: readonly (readonly [number, string])[] = [
  [13, "subname, subowner, subenabled, subslotname, subpublications::text"],
  [14, "subsynccommit, subbinary, substream::text"],
  [15, "subtwophasestate, subdisableonerr"],
  [16, "suborigin, subpasswordrequired, subrunasowner"],
  [17, "subfailover"],
];

function watched(major: number): readonly Watched[] {
  const key = SUBSCRIPTION.filter(([since]) => since <= major).map(([, columns]) => columns);
  const where = "subdbid = (select oid from pg_database where datname = current_database())";
  const subscriptions = { catalog: "pg_subscription", key: key.join(", "), where };
  return [...WATCHED, subscriptions, ...(major >= 15 ? [whole("pg_publication_namespace")] : [])];
}

/**
 * One row, one column `detector`: a hash over the identity of the catalogs' rows and of the transactions that wrote
 * them. It is equal only while nothing was changed; it says nothing of what a schema is, and compares one database with
 * itself only. VACUUM and ANALYZE write in place and leave it alone. For tenants that share a database it is the database's.
 */
export function detectorQuery({ major }: Pick<Scope, "major">): string {
  const arms = watched(major).map(
    ({ catalog, key, where }, at) =>
      `select ${literal(`${at} ${catalog}`)} as c, count(*) as n, sum(hashtextextended(concat_ws(' ', ${key}), 0)) as h from ${catalog} where ${where}`,
  );
  return `select md5(string_agg(concat_ws(' ', c, n, h), ',' order by c)) as detector from (${arms.join("\nunion all ")}) t`;
}
