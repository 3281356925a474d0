/** USAGE that a role lacks on something that a database's tenants share. */
export interface LackedUsage {
  /** As GRANT spells it: `SCHEMA shared`, `TYPE shared.mood`. */
  readonly on: string;
  /** The names by which a release would use it: the object's own, and those of what is in a schema. */
  readonly names: readonly string[];
}

/** The role that the release runs as in a tenant. */
export interface TenantRole {
  readonly name: string;
  readonly createsSchemas: boolean;
  /** Of a tenant that is a schema. */
  readonly lacks?: readonly LackedUsage[];
}

/** Rows of `LackedUsage`. `$1` is the role, null for the login; `$2` the schemas after the tenant's own in its search_path. */
export const LACKED_USAGE = `with me as (select r.oid from pg_roles r where r.rolname = coalesce($1::text, session_user::text)),
shared as (select n.oid, n.nspname from pg_namespace n where n.nspname = any($2::text[]))
select format('SCHEMA %I', s.nspname) as on, array(
    select s.nspname::text union select c.relname::text from pg_class c where c.relnamespace = s.oid and c.relkind not in ('i', 'I', 't')
    union select t.typname::text from pg_type t where t.typnamespace = s.oid and t.typelem = 0
    union select p.proname::text from pg_proc p where p.pronamespace = s.oid order by 1) as names
  from shared s, me where not has_schema_privilege(me.oid, s.oid, 'USAGE')
union all select format('TYPE %I.%I', s.nspname, t.typname), array[t.typname::text]
  from shared s join pg_type t on t.typnamespace = s.oid cross join me
  where t.typtype in ('e', 'd', 'r', 'b', 'c') and t.typelem = 0 and not has_type_privilege(me.oid, t.oid, 'USAGE')
    and not exists (select from pg_class c where c.oid = t.typrelid and c.relkind <> 'c')
order by 1`;
