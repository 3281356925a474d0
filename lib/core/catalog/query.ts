import { literal } from "../sql/quote.js";
import { TENANT_SCHEMA } from "./catalog.js";
import { SOURCES } from "./sources/all.js";
import { inScope, notMember, type Scope, type Selection } from "./sources/source.js";

export const OLDEST_MAJOR = 13;
export const NEWEST_MAJOR = 18;

/** A server whose catalogs this version does not know. Unknown is blocked: it is not read at all. */
export class UnsupportedServerError extends Error {
  override readonly name = "UnsupportedServerError";
  constructor(readonly serverVersion: number) {
    const major = Math.floor(serverVersion / 10_000);
    super(
      `PostgreSQL ${major} is not supported: the catalogs of ${OLDEST_MAJOR} to ${NEWEST_MAJOR} are known, and nothing is guessed`,
    );
  }
}

/** Throws `UnsupportedServerError`. */
export function scopeOf(serverVersion: number, tenantSchema: string | null): Scope {
  const major = Math.floor(serverVersion / 10_000);
  if (!(major >= OLDEST_MAJOR && major <= NEWEST_MAJOR)) throw new UnsupportedServerError(serverVersion);
  return { major, tenantSchema };
}

/**
 * The one query that reads a whole catalog. It returns one row per source: `tag`, and `body`, the source's rows in
 * PostgreSQL's text form, one per line and in a fixed order; null for none. It needs no privilege beyond CONNECT.
 */
export function catalogQuery(scope: Scope): string {
  const arms = SOURCES.flatMap((source) => {
    const selection = source.select(scope);
    return selection === null ? [] : [arm(source.tag, selection)];
  });
  return `with ${commonTables(scope)}\n${arms.join("\nunion all\n")}`;
}

/** OFFSET 0 keeps the planner from computing an expression once for the text and again for the order. */
function arm(tag: string, selection: Selection<string>): string {
  const list = Object.entries(selection.fields).map(([name, expression]) => `${expression} as "${name}"`);
  return `select ${literal(tag)} as tag, string_agg(line, E'\\n' order by line collate "C") as body
from (select t::text as line from (select ${list.join(", ")} ${selection.from} offset 0) t offset 0) l`;
}

/**
 * `path` empties the search_path for this statement only, `home` is the owner that roles are measured against, `ns` the schemas in scope, `member` what
 * extensions brought, `rel` the relations in scope. Our own bookkeeping (schemas `schema_gate…`, the table `schema_gate_ledger`) is no part of a tenant's schema. Object ids below 16384 are PostgreSQL's own (FirstNormalObjectId).
 */
function commonTables(scope: Scope): string {
  const { tenantSchema } = scope;
  const own = tenantSchema === null ? null : literal(tenantSchema);
  const namespaces =
    own === null
      ? `select oid, nspname as name from pg_namespace n where left(nspname, 3) <> 'pg_' and nspname <> 'information_schema'
        and nspname <> 'schema_gate' and left(nspname, 12) <> 'schema_gate_' and ${notMember("pg_namespace", "n.oid")}`
      : `select oid, ${literal(TENANT_SCHEMA)}::name as name from pg_namespace where nspname = ${own}`;
  const owner =
    own === null
      ? "select datdba as owner from pg_database where datname = current_database()"
      : `select nspowner as owner from pg_namespace where nspname = ${own}`;
  return `path as materialized (select set_config('search_path', '', true) as path),
home as materialized (${owner}),
member as materialized (select classid, objid from pg_depend where refclassid = 'pg_extension'::regclass and deptype = 'e'),
ns as materialized (${namespaces}),
rel as materialized (select ns.name as schema, c.* from ns join pg_class c on c.relnamespace = ns.oid
  where ${inScope(scope, "pg_class", "c.oid")} and c.relkind in ('r', 'p', 'f', 'v', 'm', 'S', 'c')
    and c.relname <> 'schema_gate_ledger' and ${notMember("pg_class", "c.oid")})`;
}
