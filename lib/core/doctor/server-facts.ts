/** What one session can find out about its server and its login, in one round trip. */
export interface ServerFacts {
  /** The role that signs in. */
  readonly role: string;
  readonly database: string;
  readonly superuser: boolean;
  readonly createDatabase: boolean;
  /** CREATE on the database: our own schema can be created in it. */
  readonly createSchema: boolean;
  /** It sees the activity of other roles. */
  readonly readsActivity: boolean;
  readonly inRecovery: boolean;
  readonly tls: boolean;
  readonly tables: number;
  readonly readableTables: number;
  readonly maxConnections: number;
  readonly usedConnections: number;
  /** Milliseconds since the epoch, by the server's clock. */
  readonly clock: number;
}

/**
 * One row of `ServerFacts`. `$1` is the tenant's schema, or null for the whole database; `$2` the role that changes it, or null for the login. Every
 * role may run it. `pg_monitor` includes `pg_read_all_stats` (PostgreSQL manual, "Predefined Roles").
 */
export const SERVER_FACTS = `
select current_user::text as role,
       current_database()::text as database,
       r.rolsuper as superuser,
       r.rolcreatedb or r.rolsuper as "createDatabase",
       has_database_privilege(coalesce(to_regrole(quote_ident($2))::oid, r.oid), current_database(), 'CREATE') as "createSchema",
       pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') as "readsActivity",
       pg_is_in_recovery() as "inRecovery",
       coalesce((select s.ssl from pg_stat_ssl s where s.pid = pg_backend_pid()), false) as tls,
       t.tables, t.readable as "readableTables",
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as "maxConnections",
       (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as "usedConnections",
       (extract(epoch from clock_timestamp()) * 1000)::float8 as clock
  from pg_roles r,
       (select count(*)::int as tables,
               count(*) filter (where has_table_privilege(c.oid, 'SELECT')
                                  and has_schema_privilege(c.relnamespace, 'USAGE'))::int as readable
          from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p')
           and case when $1::text is null then n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
                    else n.nspname = $1::text end) t
 where r.rolname = current_user`;
