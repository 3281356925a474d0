import { OLDEST_MAJOR } from "../postgres/majors.js";
import { literal } from "../sql/quote.js";
import { TENANT_SCHEMA } from "./catalog.js";
import { BEFORE, printedArms } from "./printing.js";
import { SOURCES } from "./sources/all.js";
import { inScope, notMember, type Scope, type Selection } from "./sources/source.js";

/** The server's catalogs are older than the ones we know. Unknown is blocked: it is not read at all. */
export class UnsupportedServerError extends Error {
  override readonly name = "UnsupportedServerError";
  constructor(readonly serverVersion: number) {
    const major = Math.floor(serverVersion / 10_000);
    super(
      `PostgreSQL ${major} is not supported: the catalogs from ${OLDEST_MAJOR} on are known, and nothing is guessed`,
    );
  }
}

/** Throws `UnsupportedServerError`. */
export function scopeOf(serverVersion: number, tenantSchema: string | null): Scope {
  const major = Math.floor(serverVersion / 10_000);
  if (!(major >= OLDEST_MAJOR)) throw new UnsupportedServerError(serverVersion);
  return { major, tenantSchema };
}

/**
 * The values of the parameters of `catalogQuery`. The tenant's schema is one of them, so that a session which reads many tenants of one database sends
 * one text: its plan is cached, and planning takes most of the time.
 */
export function catalogValues({ tenantSchema }: Scope): readonly string[] {
  return tenantSchema === null ? [] : [tenantSchema];
}

/** Tag of the row that names the system catalogs in which rare kinds of objects were found. */
export const CENSUS = "?";

/**
 * The one query that reads a whole catalog. It returns one row per source: `tag`, and `body`, the source's rows in PostgreSQL's text form, one per
 * line and in a fixed order; null for none. It needs only the CONNECT privilege and the search_path of all our queries, under which the server prints
 * each name with its schema. Its parameters are `catalogValues`.
 *
 * `rare` limits the rare sources to those tags, since planning for thirty empty catalogs takes longer than reading the others. The row `CENSUS` then
 * tells which of the rest are not empty after all, and must be asked for: nothing is left out unseen.
 */
export function catalogQuery(scope: Scope, rare: ReadonlySet<string> | "all" = "all"): string {
  const arms: string[] = [];
  const counts: string[] = [];
  const empty = new Set<number>();
  for (const source of SOURCES) {
    const selection = source.select(scope);
    if (selection === null) continue;
    if (source.rare === undefined || rare === "all" || rare.has(source.tag)) {
      arms.push(arm(source.tag, selection));
      continue;
    }
    if (source.rare.emptyAtFirst) for (const catalog of source.rare.catalogs) empty.add(catalog);
    const count = source.rare.census?.(scope) ?? null;
    if (count !== null) counts.push(count);
  }
  if (rare !== "all") arms.push(census(counts, empty));
  return `with ${BEFORE},\n${commonTables(scope)}\n${printedArms(arms).join("\nunion all\n")}`;
}

/** Ids of pg_class, pg_type, pg_proc and pg_extension, which are always asked for or found another way. */
const COMMON_CATALOGS = "1259, 1247, 1255, 3079";

/**
 * The ids of the system catalogs that hold a user's objects, by what depends on a schema, by each source's own count, and by the sizes of catalogs
 * that are empty at first: a size needs no planning.
 */
function census(counts: readonly string[], empty: ReadonlySet<number>): string {
  const dependents = `select d.classid, d.objid from pg_depend d where d.refclassid = 'pg_namespace'::regclass
    and d.refobjid in (select ns.oid from ns) and d.classid not in (${COMMON_CATALOGS})`;
  const grown = `select c.oid, '0'::oid from unnest('{${[...empty].join()}}'::oid[]) c(oid) where pg_relation_size(c.oid) > 0`;
  return `select ${literal(CENSUS)}, string_agg(distinct x.classid::text, ',') from (${[dependents, grown, ...counts].join("\nunion all ")}) x(classid, objid)
where (x.classid, x.objid) not in (select member.classid, member.objid from member)`;
}

/** OFFSET 0 keeps the planner from computing an expression once for the text and again for the order. */
function arm(tag: string, selection: Selection<string>): string {
  return `select ${literal(tag)} as tag, string_agg(line, E'\\n' order by line collate "C") as body
from (select row(${Object.values(selection.fields).join(", ")})::text as line ${selection.from} offset 0) l`;
}

/**
 * Owner of a schema `n`. `public` belongs to pg_database_owner (oid 6171, PostgreSQL 14 and newer), which means whoever owns the database, as the
 * tables there do.
 */
export const SCHEMA_OWNER =
  "case when n.nspowner = 6171 then (select d.datdba from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()) else n.nspowner end";

/**
 * `home` is the owner that roles are compared with, `ns` the schemas in scope, `member` what extensions and range types brought, `rel` the relations
 * in scope. Our own bookkeeping (schemas `schema_gate…`, the table `schema_gate_ledger`) is not part of a tenant's schema. Object ids below 16384 are
 * PostgreSQL's own (FirstNormalObjectId).
 */
function commonTables(scope: Scope): string {
  const { tenantSchema } = scope;
  const namespaces =
    tenantSchema === null
      ? `select oid, nspname as name from pg_namespace where left(nspname, 3) <> 'pg_' and nspname <> 'information_schema'
        and nspname <> 'schema_gate' and left(nspname, 12) <> 'schema_gate_'`
      : `select oid, ${literal(TENANT_SCHEMA)}::name as name from pg_namespace where nspname = $1::name`;
  const owner =
    tenantSchema === null
      ? "select datdba as owner, oid as database, datacl is not null as granted from pg_database where datname = current_database()"
      : `select ${SCHEMA_OWNER} as owner from pg_namespace n where n.nspname = $1::name`;
  return `home as materialized (${owner}),
member as materialized (select classid, objid from pg_depend where refclassid = 'pg_extension'::regclass and deptype = 'e'
  or refclassid in ('pg_type'::regclass, 'pg_proc'::regclass) and deptype = 'i' and classid in ('pg_proc'::regclass, 'pg_cast'::regclass)),
ns as materialized (${namespaces}),
rel as materialized (select ns.name as schema, c.oid, c.relname, c.relkind, c.relpersistence, c.relowner, c.relacl, c.relispartition,
    c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.reloptions, c.reltoastrelid, c.relam, c.reltablespace, c.reloftype,
    c.relhasrules, c.relpartbound, c.relispopulated from ns join pg_class c on c.relnamespace = ns.oid
  where ${inScope(scope, "pg_class", "c.oid")} and c.relkind in ('r', 'p', 'f', 'v', 'm', 'S', 'c')
    and c.relname <> 'schema_gate_ledger' and ${notMember("pg_class", "c.oid")})`;
}
