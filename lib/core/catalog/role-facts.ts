import { SCHEMA_OWNER } from "./query.js";

/** Who owns a tenant's tables, and which role a release would run as there. */
export interface RoleFacts {
  /** The role that signs in. */
  readonly login: string;
  /** The role that the release runs as: that of the config or the registry, otherwise the login. */
  readonly role: string;
  readonly exists: boolean;
  /** The login may become the role. */
  readonly member: boolean;
  /** The login has the role's rights without becoming it: it reads, and copies the database. */
  readonly inherits: boolean;
  /** The role that the release would run as, or could switch back to, is a superuser. */
  readonly superuser: boolean;
  /** The role has CREATE on the database, so that our own schema can be created there. */
  readonly createsSchemas: boolean;
  readonly tables: number;
  /** Tables that the role may alter. */
  readonly owned: number;
  /** Tables that the login itself owns. */
  readonly ownedByLogin: number;
  /** Who owns most of the tables, otherwise the database or schema; null when that is nobody but a superuser. */
  readonly owner: string | null;
}

/**
 * One row, `RoleFacts`. `$1` is the role, null for the login; `$2` the tenant's schema, null for the whole database. PostgreSQL 16 introduced SET as
 * a privilege of a membership; before that every member may become the role.
 */
export const ROLE_FACTS = `with me as (
    select l.oid, l.rolname, l.rolsuper, coalesce($1::text, l.rolname::text) as role, r.oid as role_oid, r.rolsuper as role_super
    from pg_roles l left join pg_roles r on r.rolname = coalesce($1::text, l.rolname::text) where l.rolname = session_user),
  t as (
    select c.relowner from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p')
      and case when $2::text is null then n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and n.nspname !~ '^schema_gate'
               else n.nspname = $2::text and c.relname <> 'schema_gate_ledger' end
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')),
  home as (
    select relowner as oid, count(*) as tables from t group by 1
    union all select datdba, 0 from pg_database where datname = current_database() and $2::text is null
    union all select ${SCHEMA_OWNER}, 0 from pg_namespace n where n.nspname = $2::text)
select me.rolname::text as login, me.role, me.role_oid is not null as exists,
  coalesce(pg_has_role(me.oid, me.role_oid, case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end), false) as member,
  coalesce(pg_has_role(me.oid, me.role_oid, 'USAGE'), false) as inherits,
  me.rolsuper or coalesce(me.role_super, false) as superuser,
  coalesce(has_database_privilege(me.role_oid, current_database(), 'CREATE'), false) as "createsSchemas",
  (select count(*)::int from t) as tables,
  (select count(*)::int from t where pg_has_role(me.role_oid, t.relowner, 'USAGE')) as owned,
  (select count(*)::int from t where t.relowner = me.oid) as "ownedByLogin",
  (select r.rolname::text from home join pg_roles r on r.oid = home.oid where not r.rolsuper order by home.tables desc, r.rolname limit 1) as owner
from me`;
