import { SCHEMA_OWNER } from "./query.js";

/** Whose a tenant's tables are, and as whom a release would run there. */
export interface RoleFacts {
  /** Who signs in. */
  readonly login: string;
  /** Who the release runs as: the role of the config or the registry, else the login. */
  readonly role: string;
  readonly exists: boolean;
  /** The login may become the role. */
  readonly member: boolean;
  /** The login has the rights of the role without becoming it: it reads, and copies the database. */
  readonly inherits: boolean;
  /** What the release would run as, or could become again, may do everything. */
  readonly superuser: boolean;
  /** The role has CREATE on the database, so that a schema of ours can be made there. */
  readonly createsSchemas: boolean;
  readonly tables: number;
  /** Tables that the role may alter. */
  readonly owned: number;
  /** Tables that the login itself owns. */
  readonly ownedByLogin: number;
  /** Whom most of the tables belong to, else the database or schema; null for nobody but a superuser. */
  readonly owner: string | null;
}

/**
 * One row, `RoleFacts`. `$1` is the role, null for the login; `$2` the tenant's schema, null for the whole database. SET as a privilege of a
 * membership came with PostgreSQL 16; before it every member may become the role.
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
