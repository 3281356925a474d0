/**
 * Extensions that a role with CREATE on the database may create: their control files say `trusted`, and their scripts run as the bootstrap superuser
 * (manual, "CREATE EXTENSION"; PostgreSQL 13 to 19).
 */
export const TRUSTED_EXTENSIONS: ReadonlySet<string> = new Set(
  `btree_gin btree_gist citext cube dict_int fuzzystrmatch hstore intarray isn lo ltree pg_trgm pgcrypto plperl plpgsql
  pltcl seg tablefunc tcn tsm_system_rows tsm_system_time unaccent uuid-ossp bool_plperl jsonb_plperl`.split(/\s+/),
);
