import { ACTING_TRIGGERS, CALLER_READS, CALLER_VIEWS, HIDDEN_SETTINGS, RUNS_TEXT } from "../postgres/caller-reads.js";
import { HARMLESS_FUNCTIONS } from "../postgres/functions.js";
import { LESSER_OWNER, lesserForeignTables, POWERFUL } from "./code-of-others.js";

/** Texts that a role with fewer rights put where they run with the rights of whoever writes or reads: `text` as the server prints it. */
const TEXTS = `select pg_get_expr(d.adbin, d.adrelid) as text, format('the default of %s.%I (%s)', rel.oid::regclass, a.attname, rel.whose) as what
    from rel join pg_attrdef d on d.adrelid = rel.oid join pg_attribute a on a.attrelid = rel.oid and a.attnum = d.adnum where rel.owned
  union all select pg_get_expr(c.conbin, c.conrelid), format('the constraint %I on %s (%s)', c.conname, rel.oid::regclass, rel.whose)
    from rel join pg_constraint c on c.conrelid = rel.oid and c.contype = 'c' where rel.owned
  union all select concat(pg_get_expr(p.polqual, p.polrelid), ' ', pg_get_expr(p.polwithcheck, p.polrelid)),
      format('the policy %I on %s (%s)', p.polname, rel.oid::regclass, rel.whose)
    from rel join pg_policy p on p.polrelid = rel.oid where rel.owned
  union all select pg_get_ruledef(w.oid),
      case when w.rulename = '_RETURN' then format('the view %s (%s)', rel.oid::regclass, rel.whose)
        else format('the rule %I on %s (%s)', w.rulename, rel.oid::regclass, rel.whose) end
    from rel join pg_rewrite w on w.ev_class = rel.oid where rel.owned
  union all select pg_get_triggerdef(t.oid), format('the trigger %I on %s (%s)', t.tgname, rel.oid::regclass, rel.whose)
    from rel join pg_trigger t on t.tgrelid = rel.oid where not t.tgisinternal
  union all select concat(pg_get_expr(t.typdefaultbin, 0), ' ',
        (select string_agg(pg_get_expr(c.conbin, 0), ' ') from pg_constraint c where c.contypid = t.oid and c.contype = 'c')),
      format('the domain %s (by %I)', t.oid::regtype, r.rolname)
    from pg_type t join lesser r on r.oid = t.typowner where t.typtype = 'd' and $1::text is null`;

/** Text inside a string is not a call, and a name may contain a quote: both are read from left to right. */
const OUTSIDE_STRINGS = `regexp_replace(t.text, '("([^"]|"")*")|''([^'']|'''')*''', '\\1', 'g')`;

/** A call of current_setting for a setting that not everybody may read, or whose name is only known at run time; matched in the text as it is. */
const HIDDEN_SETTING = String.raw`t.text ~ 'current_setting\((?!''[\w.]+'')' or t.text ~* 'current_setting\(''(${HIDDEN_SETTINGS.join("|")})'''`;

/** Extension views that call functions with effects: whoever reads the view calls them. */
const VIEWS_OF_EXTENSIONS = `select c.relname::text from pg_class c join pg_rewrite w on w.ev_class = c.oid
  join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_proc'::regclass
  where c.relkind = 'v' and c.oid >= 16384 and d.refobjid in (select acting.oid from acting)
    and exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')`;

/** Whoever reads a foreign table signs in wherever its owner says. */
const FOREIGN = lesserForeignTables(
  "exists (select from lesser) and ($1::text is null or f.ftrelid in (select below.oid from below))",
);

/**
 * Rows `what`: expressions, views, rules, operators and foreign tables of a role with fewer rights than the login, for a login that may reach beyond
 * the database, which call or read something that acts beyond rows, or shows, with the caller's rights: functions and views of PostgreSQL itself and
 * of extensions. `$1`: a relation as SQL; null for all in the database. From `$2` on: `automaticValues`.
 */
export const AUTOMATIC_TEXTS = `with recursive lesser as (select r.oid, r.rolname from pg_roles r where ${POWERFUL} and ${LESSER_OWNER}),
rel as (
  select c.oid, case when r.oid is null then 'TRIGGER is granted' else format('by %I', r.rolname) end as whose, r.oid is not null as owned
  from pg_class c left join lesser r on r.oid = c.relowner
  where c.oid >= 16384 and c.relkind in ('r', 'p', 'v', 'm', 'f') and ($1::text is null or c.oid = to_regclass($1)) and exists (select from lesser)
    and (r.oid is not null or exists (select from aclexplode(c.relacl) g
      where g.privilege_type = 'TRIGGER' and g.grantee <> c.relowner and (g.grantee = 0 or g.grantee in (select lesser.oid from lesser))))),
acting as (
  select p.oid, p.proname::text as name from pg_proc p
  where exists (select from lesser) and (p.oid < 16384 and p.prorettype <> 'trigger'::regtype
      and (p.provolatile = 'v' and p.proname <> all ($2::text[]) or p.proname = any ($3::text[]))
    or p.oid >= 16384 and (p.provolatile = 'v' or p.proname = any ($4::text[])) and exists (select from pg_depend d join pg_extension e on e.oid = d.refobjid
      where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
        and (p.proname = any ($4::text[])
          or not exists (select from pg_available_extension_versions v where v.name = e.extname and v.version = e.extversion and v.trusted))))),
written as materialized (${TEXTS}),
bare as (select ${OUTSIDE_STRINGS} as text, t.what from written t),
below(oid) as (select to_regclass($1)::oid union select i.inhrelid from below join pg_inherits i on i.inhparent = below.oid),
found(name, what) as (
  select call.parts[1], t.what from bare t cross join lateral regexp_matches(t.text, '([\\w$]+)"?\\(', 'g') call(parts)
    where call.parts[1] in (select acting.name from acting)
  union all select shown.name, t.what
    from (select unnest($5::text[]) union ${VIEWS_OF_EXTENSIONS}) shown(name) join bare t on shown.name = any (regexp_split_to_array(t.text, '[^\\w$]+'))
  union all select 'current_setting', t.what from written t where ${HIDDEN_SETTING}
  union all select acting.name, format('the operator %s (by %I)', o.oid::regoperator, r.rolname)
    from pg_operator o join lesser r on r.oid = o.oprowner join acting on acting.oid = o.oprcode where $1::text is null
  union all select 'a sign-in to another server', t.what from (${FOREIGN}) t)
select distinct concat(found.name, ' in ', found.what) as what from found order by 1`;

export function automaticValues(relation: string | null): readonly (string | null | readonly string[])[] {
  const ours = [...CALLER_READS, ...RUNS_TEXT];
  const idle = [...HARMLESS_FUNCTIONS, ...IDLE].filter((name) => !ours.includes(name));
  return [relation, idle, ours, [...RUNS_TEXT, ...ACTING_TRIGGERS], CALLER_VIEWS];
}

/** Volatile functions that only tell what everybody may know, or only send a notice. */
const IDLE = [
  ...["pg_notify", "pg_current_wal_lsn", "pg_current_wal_insert_lsn", "pg_current_wal_flush_lsn"],
  ...["pg_last_wal_receive_lsn", "pg_last_wal_replay_lsn", "pg_last_xact_replay_timestamp"],
  ...["pg_xact_commit_timestamp", "pg_sleep_for", "pg_sleep_until"],
];
