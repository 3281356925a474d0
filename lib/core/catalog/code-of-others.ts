import { reachesBeyond } from "./reach.js";

/** What a query that is about to be executed names and reads; arrays of names and of relations as SQL. */
export interface CodeAsked {
  /** Found along the search_path by what others wrote in the query. */
  readonly wanted: {
    readonly functions: readonly string[];
    readonly operators: readonly string[];
    readonly types: readonly string[];
    readonly collations: readonly string[];
    /** Strings that may be names of text search configurations. */
    readonly texts: readonly string[];
  };
  /** Found along the search_path by anything in the query. */
  readonly functions: readonly string[];
  readonly operators: readonly string[];
  /** Written with a user's schema. */
  readonly placedFunctions: readonly string[];
  readonly placedOperators: readonly string[];
  readonly tables: readonly string[];
}

export interface CodeAnswer {
  /** Something that others wrote is not PostgreSQL's own, and can only be found along their search_path. */
  readonly needsPath: boolean;
  /** Functions, `name (by owner)`, that the query would run under any search_path, and whose owner has fewer rights than we do. */
  readonly always: readonly string[];
  /** The same for those that it might find along their search_path. */
  readonly along: readonly string[];
}

/**
 * Whether the login may do things that reach beyond a database. The login's rights count, not those of the role that it has switched to: any code
 * that runs can RESET ROLE.
 */
export const POWERFUL = `exists (select from pg_roles me where me.rolname = session_user and (me.rolsuper or ${reachesBeyond("me.oid")}))`;

/**
 * Roles of which the login is a member and which own something in this database, or read and write everything in it; without those of which the role
 * `r` is also a member.
 */
const MORE_THAN_OWNER = `exists (select from pg_roles m
    where (m.oid in (select c.relowner from pg_class c) or m.rolname in ('pg_read_all_data', 'pg_write_all_data'))
      and pg_has_role(session_user, m.oid, 'MEMBER') and not pg_has_role(r.oid, m.oid, 'MEMBER'))`;

/**
 * An owner with at least the login's rights gains nothing by being called: a superuser, the login itself, and a member of it. A login whose rights
 * are limited to databases also trusts the database's owner, and the role that it is a member of to own objects there, as long as it has no more
 * rights there than that role.
 */
export const LESSER_OWNER = `not (r.rolsuper or pg_has_role(r.oid, session_user, 'USAGE')
    or not ${POWERFUL} and (r.oid = (select b.datdba from pg_database b where b.datname = current_database())
      or pg_has_role(session_user, r.oid, 'MEMBER') and not ${MORE_THAN_OWNER}))`;

const SHOWN = "concat(p.pronamespace::regnamespace, '.', quote_ident(p.proname), ' (by ', r.rolname, ')')";

/**
 * Functions whose owner has fewer rights than the login, for a login that may reach beyond the database; none for any other. `name` as a release
 * would write it, `shown` with its owner, `automatic` when something in the database calls it automatically: triggers, rules, defaults, constraints,
 * indexes, policies, casts, operators, event triggers.
 */
export const LESSER_CODE = `select p.proname::text as name, ${SHOWN} as shown,
    exists (select from pg_depend d where d.refclassid = 'pg_proc'::regclass and d.refobjid = p.oid and d.deptype in ('n', 'a', 'i')) as automatic
  from pg_proc p join pg_roles r on r.oid = p.proowner where p.oid >= 16384 and ${LESSER_OWNER} and ${POWERFUL} order by 2`;

export interface LesserFunction {
  readonly name: string;
  readonly shown: string;
  readonly automatic: boolean;
}

/** What PostgreSQL runs automatically when relations of these names are read; `names` is an array of them as SQL. */
function onRelations(names: string): string {
  return `rel(oid) as (
  select to_regclass(name)::oid from unnest(${names}) name
  union select i.inhrelid from rel join pg_inherits i on i.inhparent = rel.oid),
typ(oid, own) as (
  select t.oid, case when e.oid is not null then e.oid >= 16384 and e.typtype = 'b'
      else t.oid >= 16384 and t.typtype = 'b' or t.typbasetype >= 16384 end
  from rel join pg_attribute a on a.attrelid = rel.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'),
part(classid, objid) as (
  select 'pg_class'::regclass::oid, rel.oid from rel
  union select d.classid, d.objid from rel join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = rel.oid
    where d.classid in ('pg_class'::regclass, 'pg_constraint'::regclass, 'pg_attrdef'::regclass, 'pg_policy'::regclass,
      'pg_statistic_ext'::regclass)),
automatic(oid) as (
  select d.refobjid from part join pg_depend d on d.classid = part.classid and d.objid = part.objid
    where d.refclassid = 'pg_proc'::regclass
  union select o.oprcode::oid from part join pg_depend d on d.classid = part.classid and d.objid = part.objid
    join pg_operator o on o.oid = d.refobjid where d.refclassid = 'pg_operator'::regclass
  union select c.castfunc from pg_cast c
    where c.castfunc >= 16384 and (c.castsource in (select typ.oid from typ) or c.casttarget in (select typ.oid from typ)))`;
}

/**
 * Foreign tables whose table or server is owned by a role with fewer rights than we have, and that we would read by our own mapping or everybody's:
 * the owner decides which server we sign in to, and what we ask it. `what` as `the foreign table t (by owner)`.
 */
export function lesserForeignTables(where: string): string {
  return `select format('the foreign table %s (by %I)', f.ftrelid::regclass, r.rolname) as what
  from pg_foreign_table f join pg_foreign_server v on v.oid = f.ftserver join pg_class c on c.oid = f.ftrelid
    join pg_roles r on r.oid in (c.relowner, v.srvowner) and ${LESSER_OWNER}
  where ${where} and exists (select from pg_user_mappings m where m.srvid = v.oid
    and (m.umuser = 0 or pg_get_userbyid(m.umuser) in (session_user, current_user)))`;
}

const FOREIGN_IN_REL = lesserForeignTables("f.ftrelid in (select rel.oid from rel)");

/** Of the functions in `s(oid, …)`, those whose owner has fewer rights than we do. */
const LESSER_IN_S = `join pg_proc p on p.oid = s.oid join pg_roles r on r.oid = p.proowner
  where p.oid >= 16384 and ${LESSER_OWNER}`;

/** One row: other users' code that runs when tables are read or written, whatever the query. The parameter: their names as SQL. */
export const CODE_ON_TABLES = `with recursive ${onRelations("$1::text[]")}
select array(select ${SHOWN} from automatic s ${LESSER_IN_S} union ${FOREIGN_IN_REL} order by 1) as always`;

/**
 * One row, `CodeAnswer`: which user code a query would run. Besides what the query names, PostgreSQL runs what is attached to the relations that it
 * reads: when it plans a scan, it evaluates the constant parts of the expressions of indexes, partition keys, constraints and statistics; when it
 * reads rows, policies and generated columns; when it shows a value, casts.
 */
export const CODE_QUERY = `with recursive ${onRelations("$8::text[]")},
code(name, placed) as (
  select ${SHOWN}, s.placed
  from (select automatic.oid, true from automatic
    union all select f.oid, true from pg_proc f where f.proname = any($6::text[])
    union all select o.oprcode::oid, true from pg_operator o where o.oprname = any($7::text[])
    union all select f.oid, false from pg_proc f where f.proname = any($4::text[])
    union all select o.oprcode::oid, false from pg_operator o where o.oprname = any($5::text[])) s(oid, placed)
  ${LESSER_IN_S}
  union all select elsewhere.what, true from (${FOREIGN_IN_REL}) elsewhere)
select exists (select from pg_proc p where p.oid >= 16384 and p.proname = any($1::text[]))
    or exists (select from pg_operator o where o.oid >= 16384 and o.oprname = any($2::text[]))
    or exists (select from pg_type t where t.oid >= 16384 and t.typname = any($3::text[]))
    or exists (select from pg_collation c where c.oid >= 16384 and c.collname = any($9::text[]))
    or exists (select from pg_ts_config c where c.oid >= 16384 and c.cfgname = any($10::text[]))
    or exists (select from typ where typ.own) as "needsPath",
  array(select distinct name from code where placed order by 1) as always,
  array(select distinct name from code where not placed order by 1) as along`;

/** The parameters of `CODE_QUERY`. */
export function codeValues(asked: CodeAsked): readonly (readonly string[])[] {
  const { wanted, functions, operators, placedFunctions, placedOperators, tables } = asked;
  const named = [functions, operators, placedFunctions, placedOperators, tables];
  return [wanted.functions, wanted.operators, wanted.types, ...named, wanted.collations, wanted.texts];
}
