import { literal } from "../sql/quote.js";
import { LESSER_OWNER } from "./code-of-others.js";

/** Which of our objects to look at. */
export interface OwnObjects {
  /** Our own schema next to a tenant that is a schema; null to look at everything that is named like ours. */
  readonly schema: string | null;
  /** The tenant's schema, which contains our ledger; null for a tenant with a database of its own. */
  readonly tenantSchema: string | null;
  /** A framework's ledger, as SQL, which others own and only we and they write; null for none. */
  readonly ledger: string | null;
  /** The role that creates them, if it is not the login. */
  readonly owner: string | null;
}

export interface OwnObjectsRow {
  /** What is not as we create it, in words: `the trigger t on schema_gate.ledger`. */
  readonly strange: readonly string[];
}

const GRANTEE = "case g.grantee when 0 then 'public' else pg_get_userbyid(g.grantee) end";

/** Without USAGE on the schema a right to a table is none: default privileges give it to what we make, too. */
const REACHES = `case g.grantee when 0 then has_schema_privilege('public', granted.place, 'USAGE')
      else has_schema_privilege(g.grantee, granted.place, 'USAGE') end`;

/** The only expressions in what we make, as the server prints them. */
const KNOWN_DEFAULTS = "'now()', 'true'";
const KNOWN_CHECK = "CHECK (one)";

/** Our tables whose columns are always the same. Copies of rows have the types of the tenant's. */
const FIXED = ["ledger", "schema_gate_ledger", "progress", "backfill", "kept", "lease", "repaired_rows"]
  .map((name) => `'${name}'`)
  .join(", ");

export interface PlainlyOursRow {
  /** Nothing is strange. False says nothing: `ownObjects` tells. */
  readonly plain: boolean;
}

const textOrNull = (value: string | null): string => (value === null ? "null::text" : `${literal(value)}::text`);

function ownSchemas(schema: string | null): string {
  return schema === null
    ? "n.nspname = 'schema_gate' or left(n.nspname, 12) = 'schema_gate_'"
    : `n.nspname = ${literal(schema)}`;
}

/**
 * One row, in a tenth of the time of `ownObjects`, most of which goes into planning: what `pg_class` says of our tables in flags that are never false
 * where there is a trigger, a rule or a child, and what depends on our schemas. It answers true only where `ownObjects` would find nothing. CASE keeps printing, which locks the table, to ours.
 */
export function plainlyOurs({ schema, tenantSchema, ledger, owner }: OwnObjects): string {
  const ours = owner === null ? "session_user" : `session_user, ${literal(owner)}`;
  const belongs = (column: string) => `pg_get_userbyid(${column}) in (${ours})`;
  const inTenant =
    tenantSchema === null
      ? ""
      : `
  union select c.oid from pg_class c where c.relname = 'schema_gate_ledger'
    and c.relnamespace = (select n.oid from pg_namespace n where n.nspname = ${literal(tenantSchema)})`;
  const framework =
    ledger === null
      ? ""
      : `
  and not exists (select from pg_class c where c.oid = to_regclass(${literal(ledger)})
    and (c.relkind <> 'r' or c.relhastriggers or c.relhasrules or c.relhassubclass or c.relrowsecurity))`;
  return `with own as materialized (select n.oid, n.nspowner, n.nspacl from pg_namespace n where ${ownSchemas(schema)}),
made as materialized (select d.classid, d.objid from pg_depend d
  where d.refclassid = 'pg_namespace'::regclass and d.refobjid = any(array(select own.oid from own))),
ours(oid) as materialized (select made.objid from made where made.classid = 'pg_class'::regclass${inTenant}),
rel as materialized (select c.* from pg_class c where c.oid = any(array(select ours.oid from ours)))
select not exists (select from own where own.nspacl is not null or not ${belongs("own.nspowner")})
  and not exists (select from made where made.classid <> 'pg_class'::regclass)
  and not exists (select from rel where rel.relkind <> 'r' or rel.relacl is not null or rel.relhastriggers or rel.relhasrules or rel.relhassubclass
    or rel.relispartition or rel.relrowsecurity or rel.relpersistence <> 'p' or rel.reloftype <> 0 or not ${belongs("rel.relowner")})
  and not exists (select from pg_attribute a where ${isOf("a.attrelid")} and a.attnum > 0 and not a.attisdropped
    and (a.attacl is not null or a.attgenerated <> '' or a.attidentity <> '' or a.attinhcount > 0
      or (a.atttypid >= 16384 or a.attcollation >= 16384) and exists (select from rel where rel.oid = a.attrelid and rel.relname in (${FIXED}))))
  and not exists (select from pg_attrdef d where ${isOf("d.adrelid")}
    and case when ${isOf("d.adrelid")} then pg_get_expr(d.adbin, d.adrelid) not in (${KNOWN_DEFAULTS}) end)
  and not exists (select from pg_constraint c where ${isOf("c.conrelid")} and c.contype not in ('p', 'n')
    and case when ${isOf("c.conrelid")} then pg_get_constraintdef(c.oid) <> '${KNOWN_CHECK}' end)
  and not exists (select from pg_index x where ${isOf("x.indrelid")} and (x.indexprs is not null or x.indpred is not null))
  and not exists (select from pg_inherits i where ${isOf("i.inhrelid")})
  and not exists (select from pg_statistic_ext s where ${isOf("s.stxrelid")})
  and not exists (select from pg_policy p where ${isOf("p.polrelid")})
  and not exists (select from pg_event_trigger e where e.evtenabled <> 'D')${framework} as plain`;
}

/** Written so that the server looks each up in an index: of a join it would read the whole catalog, which many tenants may share. */
const isOf = (column: string): string => `${column} = any(array(select ours.oid from ours))`;

/**
 * One row. We create schemas with plain tables and nothing else: anything that another role created under their names, or attached to them, would
 * run, or be believed, when we write. `role`: strange only when that role has fewer rights than we do; asked for all of them at once, since planning
 * it takes as long as all the rest. `printed` is kept apart since printing locks the table: as a filter it would run on every table of the database
 * before the join, and wait for other tenants' migrations.
 */
export function ownObjects({ schema, tenantSchema, ledger, owner }: OwnObjects): string {
  return `with recursive own as (
  select n.oid, n.nspname, n.nspowner, n.nspacl from pg_namespace n
  where ${ownSchemas(schema)}),
rel as (
  select c.oid, c.relname, c.relnamespace, c.relowner, c.relacl, c.relkind, c.relrowsecurity, c.relpersistence, c.reloftype, true as ours from pg_class c
    where (c.relnamespace in (select own.oid from own) and c.relkind not in ('i', 't')
      or c.relname = 'schema_gate_ledger' and c.relnamespace = (select n.oid from pg_namespace n where n.nspname = ${textOrNull(tenantSchema)}))
  union all select c.oid, c.relname, c.relnamespace, c.relowner, c.relacl, c.relkind, c.relrowsecurity, c.relpersistence, c.reloftype, false
    from pg_class c where c.oid = to_regclass(${textOrNull(ledger)})),
below(oid, ours) as (
  select rel.oid, rel.ours from rel
  union select i.inhrelid, below.ours from below join pg_inherits i on i.inhparent = below.oid where not below.ours),
granted(what, acl, owner, place) as (
  select rel.oid::regclass::text, rel.relacl, rel.relowner, rel.relnamespace from rel where rel.ours
  union all select format('%s.%I', rel.oid::regclass, a.attname), a.attacl, rel.relowner, rel.relnamespace
    from rel join pg_attribute a on a.attrelid = rel.oid where rel.ours and a.attacl is not null),
printed(what, text, known) as materialized (
  select format('the default of %s.%I', rel.oid::regclass, a.attname), pg_get_expr(d.adbin, d.adrelid), array[${KNOWN_DEFAULTS}]
    from rel join pg_attrdef d on d.adrelid = rel.oid join pg_attribute a on a.attrelid = rel.oid and a.attnum = d.adnum where rel.ours
  union all select format('the constraint %I on %s', c.conname, rel.oid::regclass), pg_get_constraintdef(c.oid), array['${KNOWN_CHECK}']
    from rel join pg_constraint c on c.conrelid = rel.oid where rel.ours and c.contype not in ('p', 'n')),
strange(what, role) as (
  select format('the schema %I, which belongs to %I', own.nspname, pg_get_userbyid(own.nspowner)), own.nspowner
    from own where pg_get_userbyid(own.nspowner) is distinct from ${textOrNull(owner)}
  union all select format('%s, which belongs to %I', rel.oid::regclass, pg_get_userbyid(rel.relowner)), rel.relowner
    from rel where rel.ours and pg_get_userbyid(rel.relowner) is distinct from ${textOrNull(owner)}
  union all select format('%s, which is no table', rel.oid::regclass), null from rel where rel.relkind <> 'r' and (rel.ours or rel.relkind <> 'p')
  union all select format('the trigger %I on %s', t.tgname, below.oid::regclass), null
    from below join pg_trigger t on t.tgrelid = below.oid where not t.tgisinternal
  union all select format('the rule %I on %s', w.rulename, below.oid::regclass), null
    from below join pg_rewrite w on w.ev_class = below.oid where w.rulename <> '_RETURN'
  union all select format('the policy %I on %s', p.polname, rel.oid::regclass), null from rel join pg_policy p on p.polrelid = rel.oid where rel.ours
  union all select format('row security on %s', rel.oid::regclass), null from rel
    where case when rel.ours then rel.relrowsecurity else row_security_active(rel.oid) end
  union all select format('the inheritance of %s', rel.oid::regclass), null from rel
    where rel.ours and exists (select from pg_inherits i where rel.oid in (i.inhrelid, i.inhparent))
  union all select printed.what, null from printed where printed.text <> all (printed.known)
  union all select format('the index %s on %s', x.indexrelid::regclass, rel.oid::regclass), null
    from rel join pg_index x on x.indrelid = rel.oid where rel.ours and (x.indexprs is not null or x.indpred is not null)
  union all select format('%s, which a crash empties (UNLOGGED)', rel.oid::regclass), null from rel where rel.ours and rel.relpersistence <> 'p'
  union all select format('the type %s of %s', rel.reloftype::regtype, rel.oid::regclass), null from rel where rel.ours and rel.reloftype <> 0
  union all select format('the column %s.%I of the type %s', rel.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod)), null
    from rel join pg_attribute a on a.attrelid = rel.oid and a.attnum > 0 and not a.attisdropped
    where rel.ours and rel.relname in (${FIXED}) and a.atttypid >= 16384
  union all select format('the collation %s of %s.%I', a.attcollation::regcollation, rel.oid::regclass, a.attname), null
    from rel join pg_attribute a on a.attrelid = rel.oid and a.attnum > 0 and not a.attisdropped
    where rel.ours and rel.relname in (${FIXED}) and a.attcollation >= 16384
  union all select format('the statistics %I on %s', s.stxname, rel.oid::regclass), null
    from rel join pg_statistic_ext s on s.stxrelid = rel.oid where rel.ours
  union all select format('the foreign key %I of %s, which refers to %s', c.conname, c.conrelid::regclass, rel.oid::regclass), null
    from rel join pg_constraint c on c.confrelid = rel.oid and c.contype = 'f' where rel.ours
  union all select format('the %s granted on %s to %s', lower(g.privilege_type), granted.what, ${GRANTEE}), nullif(g.grantee, 0)
    from granted cross join lateral aclexplode(granted.acl) g
    where g.grantee <> granted.owner and g.privilege_type not in ('SELECT', 'MAINTAIN') and ${REACHES}
  union all select format('the CREATE granted on the schema %I to %s', own.nspname, ${GRANTEE}), nullif(g.grantee, 0)
    from own cross join lateral aclexplode(own.nspacl) g where g.grantee <> own.nspowner and g.privilege_type = 'CREATE'
  union all select format('the event trigger %I, whose function %s belongs to %I', e.evtname, p.oid::regprocedure, pg_get_userbyid(p.proowner)), p.proowner
    from pg_event_trigger e join pg_proc p on p.oid = e.evtfoid where e.evtenabled <> 'D'
  union all select format('the function %s', p.oid::regprocedure), null from pg_proc p where p.pronamespace in (select own.oid from own)
  union all select format('the operator %s', o.oid::regoperator), null from pg_operator o where o.oprnamespace in (select own.oid from own)
  union all select format('the type %s', t.oid::regtype), null from pg_type t
    where t.typnamespace in (select own.oid from own) and t.typtype in ('d', 'e', 'r'))
select array(select what from strange where role is null or exists (select from pg_roles r where r.oid = role and ${LESSER_OWNER}) order by 1) as strange`;
}
