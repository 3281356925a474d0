import { reachesBeyond } from "../../core/catalog/reach.js";
import { identifier, literal } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";

/** Kinds of objects with an owner: the catalog, its columns for owner and name, and the kind's name in ALTER. */
const OWNED = [
  ["pg_namespace", "nspowner", "'SCHEMA'", "o.nspname !~ '^pg_' and o.nspname <> 'information_schema'"],
  [
    "pg_class",
    "relowner",
    "case o.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' when 'S' then 'SEQUENCE' when 'f' then 'FOREIGN TABLE' else 'TABLE' end",
    // An identity's or a serial's sequence and a table's index go with their table, and a composite type is listed as a type.
    `o.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      and not exists (select from pg_depend s where s.classid = 'pg_class'::regclass and s.objid = o.oid and s.deptype in ('a', 'i') and s.refclassid = 'pg_class'::regclass and o.relkind = 'S')`,
  ],
  [
    "pg_proc",
    "proowner",
    "case o.prokind when 'p' then 'PROCEDURE' when 'a' then 'AGGREGATE' else 'FUNCTION' end",
    "true",
  ],
  [
    "pg_type",
    "typowner",
    "case o.typtype when 'd' then 'DOMAIN' else 'TYPE' end",
    `(o.typrelid = 0 or (select c.relkind from pg_class c where c.oid = o.typrelid) = 'c')
      and not exists (select from pg_type e where e.typarray = o.oid) and o.typtype <> 'm'`,
  ],
  ["pg_operator", "oprowner", "'OPERATOR'", "true"],
  ["pg_opclass", "opcowner", "'OPERATOR CLASS'", "true"],
  ["pg_opfamily", "opfowner", "'OPERATOR FAMILY'", "true"],
  ["pg_collation", "collowner", "'COLLATION'", "true"],
  ["pg_conversion", "conowner", "'CONVERSION'", "true"],
  ["pg_ts_config", "cfgowner", "'TEXT SEARCH CONFIGURATION'", "true"],
  ["pg_ts_dict", "dictowner", "'TEXT SEARCH DICTIONARY'", "true"],
  ["pg_statistic_ext", "stxowner", "'STATISTICS'", "true"],
  ["pg_foreign_server", "srvowner", "'SERVER'", "true"],
  ["pg_publication", "pubowner", "'PUBLICATION'", "not o.puballtables"],
  ["pg_language", "lanowner", "'LANGUAGE'", "true"],
] as const;

/** Objects from this oid on are users', not PostgreSQL's own (`FirstNormalObjectId`). Among schemas, `public` is both. */
const USERS = 16384;

/**
 * One statement a row, which gives an object of the session's login to `$1`; what an extension created stays with it. Schemas come first: a
 * new owner must be allowed to create things in them.
 */
const STATEMENTS = `select format('ALTER %s %s OWNER TO %I', f.kind, f.identity, $1::text) as sql from (${OWNED.map(
  ([catalog, owner, kind, where]) => `select o.oid, '${catalog}'::regclass as catalog, ${kind} as kind,
    (pg_identify_object('${catalog}'::regclass, o.oid, 0)).identity as identity
  from ${catalog} o where ${catalog === "pg_namespace" ? "" : `o.oid >= ${USERS} and `}o.${owner} = (select r.oid from pg_roles r where r.rolname = session_user) and ${where}`,
).join(" union all ")}
  union all select o.oid, 'pg_largeobject'::regclass, 'LARGE OBJECT', o.oid::text from pg_largeobject_metadata o
    where o.lomowner = (select r.oid from pg_roles r where r.rolname = session_user)) f
  where not exists (select from pg_depend d where d.classid = f.catalog and d.objid = f.oid
    and (d.deptype = 'e' or d.deptype = 'i' and f.catalog <> 'pg_class'::regclass))
  order by f.catalog <> 'pg_namespace'::regclass, f.oid`;

/** Roles that own something here and may be joined: the login could change their objects as well. */
const OTHERS = `select distinct r.rolname::text as name from pg_shdepend s join pg_roles r on r.oid = s.refobjid
  where s.refclassid = 'pg_authid'::regclass and s.deptype = 'o' and s.dbid = (select d.oid from pg_database d where d.datname = current_database())
    and r.rolname not in ($1, session_user) and r.rolname !~ '^pg_' and pg_has_role(session_user, r.oid, 'MEMBER') and not ${reachesBeyond("r.oid")}`;

/**
 * Further roles that the session may set and that give the executor nothing outside the clone: none that it would become through them signs
 * in, creates or owns databases, owns tablespaces, may pass on grants on those, sets the server's parameters, or lets others become a role.
 */
const HARMLESS_ROLES = `with recursive far as (select r.oid from pg_roles r where r.rolcanlogin or r.rolcreatedb or r.rolsuper or r.rolcreaterole or r.rolreplication
      or r.oid < ${USERS} or exists (select from pg_auth_members m where m.member = r.oid and m.admin_option)
      or exists (select from pg_shdepend s where s.dbid = 0 and s.refclassid = 'pg_authid'::regclass and s.refobjid = r.oid
        and (s.deptype = 'o' or s.classid not in ('pg_database'::regclass, 'pg_auth_members'::regclass)))
      or exists (select from pg_database d, aclexplode(d.datacl) a where a.grantee = r.oid and a.is_grantable)
    union select m.member from pg_auth_members m join far on far.oid = m.roleid)
  select r.rolname as name from pg_roles r where r.oid not in (select oid from far) and pg_has_role(session_user, r.oid, 'MEMBER') and not ${reachesBeyond("r.oid")}`;

/** A role that is gone by now, or that the login may not give away, is left out. */
function giveRoles(user: string): string {
  return `do $do$ declare given name; begin
    for given in ${HARMLESS_ROLES} loop
      begin execute pg_catalog.format('grant %I to %I', given, ${literal(user)});
      exception when undefined_object or insufficient_privilege or invalid_grant_operation then null; end;
    end loop; end $do$`;
}

/**
 * Gives its extensions to `$1`. PostgreSQL offers only REASSIGN OWNED for that, which also takes databases; a superuser may write the
 * clone's catalog. An untrusted extension still asks for a superuser wherever one of its scripts would run.
 */
const EXTENSIONS = `update pg_extension set extowner = (select r.oid from pg_roles r where r.rolname = $1)
  where extowner = (select r.oid from pg_roles r where r.rolname = session_user)`;

/**
 * What the login's default privileges grant on what it creates, the executor's grant as well, and the login's no longer do. A statement for
 * each difference from PostgreSQL's built-in defaults.
 */
const DEFAULT_PRIVILEGES = `with d as (select d.oid, d.defaclacl as acl, d.defaclrole as role,
      case when d.defaclnamespace = 0 then acldefault(case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end, d.defaclrole) end as usual,
      case when d.defaclnamespace = 0 then '' else format(' in schema %I', n.nspname) end as place,
      case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' when 'n' then 'schemas' else 'large objects' end as kind
    from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace where d.defaclrole = (select r.oid from pg_roles r where r.rolname = session_user)),
  given as (select d.oid, e.grantee, e.privilege_type, e.is_grantable from d, aclexplode(d.acl) e),
  usual as (select d.oid, e.grantee, e.privilege_type, e.is_grantable from d, aclexplode(d.usual) e),
  change as (select true as more, c.* from (select * from given except select * from usual) c
    union all select false, c.* from (select * from usual except select * from given) c)
  select format('alter default privileges for role %I%s %s %s on %s %s %s%s', who.name, d.place, case when gives then 'grant' else 'revoke' end,
      c.privilege_type, d.kind, case when gives then 'to' else 'from' end,
      case when c.grantee = 0 then 'public' when c.grantee = d.role then quote_ident(who.name) else quote_ident(pg_get_userbyid(c.grantee)) end,
      case when gives and c.is_grantable and c.grantee <> d.role then ' with grant option' else '' end) as sql
  from change c join d using (oid), lateral (values ($1::text, c.more), (session_user::text, not c.more)) who(name, gives)`;

/** Gives a clone to its executor: the database, and every object that the login owns in it. Throws `DatabaseError` if the login may not. */
export async function toExecutor(session: Session, database: string, user: string): Promise<void> {
  const statements = await session.query<{ sql: string }>(STATEMENTS, [user]);
  const privileges = await session.query<{ sql: string }>(DEFAULT_PRIVILEGES, [user]);
  const others = await session.query<{ name: string }>(OTHERS, [user]);
  await session.script(
    [
      `alter database ${identifier(database)} owner to ${identifier(user)}`,
      ...statements.map(({ sql }) => sql),
      ...privileges.map(({ sql }) => sql),
      ...others.map(({ name }) => `grant ${identifier(name)} to ${identifier(user)}`),
      giveRoles(user),
    ].join("; "),
  );
  const [me] = await session.query<{ superuser: boolean }>(
    "select rolsuper as superuser from pg_roles where rolname = session_user",
  );
  if (me?.superuser === true) await session.query(EXTENSIONS, [user]);
}
