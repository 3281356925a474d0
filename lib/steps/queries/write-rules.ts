import type { Session } from "../../ports/database.js";

/** Everything that decides which rows a database accepts: it differs when that may have changed. */
export async function readWriteRules(session: Session): Promise<string> {
  const [row] = await session.query<{ rules: string }>(RULES);
  return row?.rules ?? "";
}

const OURS = (namespace: string) =>
  `${namespace} in (select oid from pg_namespace where nspname <> 'information_schema' and nspname !~ '^pg_')`;

/** By what they say, in the order of their names: an object that is made again the same way changes nothing. */
const RULES = `
select md5(concat_ws('|',
  (select string_agg(concat_ws(' ', c.oid::regclass::text, a.attname, a.atttypid::regtype::text, a.atttypmod::text, a.attnotnull::text,
                               a.attcollation::regcollation::text, a.attacl::text, a.attidentity::text, a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid)), ',' order by c.oid::regclass::text, a.attnum)
     from pg_class c join pg_attribute a on a.attrelid = c.oid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relkind in ('r', 'p', 'f') and a.attnum > 0 and not a.attisdropped and ${OURS("c.relnamespace")}),
  (select string_agg(o.conrelid::regclass::text || o.contypid::regtype::text || pg_get_constraintdef(o.oid), ',' order by o.conname, o.oid)
     from pg_constraint o where ${OURS("o.connamespace")}),
  (select string_agg(pg_get_indexdef(i.indexrelid), ',' order by i.indexrelid::regclass::text)
     from pg_index i join pg_class c on c.oid = i.indrelid where (i.indisunique or i.indisreplident) and ${OURS("c.relnamespace")}),
  (select string_agg(concat_ws(' ', t.typname, t.typnotnull::text, t.typdefault, t.typbasetype::regtype::text), ',' order by t.typname)
     from pg_type t where t.typtype = 'd' and ${OURS("t.typnamespace")}),
  (select string_agg(e.enumlabel, ',' order by e.enumtypid::regtype::text, e.enumsortorder) from pg_enum e),
  (select string_agg(pg_get_triggerdef(t.oid) || t.tgenabled::text, ',' order by t.tgrelid::regclass::text, t.tgname)
     from pg_trigger t where not t.tgisinternal),
  (select string_agg(concat_ws(' ', p.oid::regprocedure::text, case when p.prokind <> 'a' then pg_get_functiondef(p.oid) end, p.proowner::regrole::text,
                               p.proacl::text), ',' order by p.oid::regprocedure::text)
     from pg_proc p where ${OURS("p.pronamespace")}),
  (select string_agg(c.oid::regclass::text || pg_get_ruledef(r.oid) || coalesce(c.reloptions::text, ''), ',' order by c.oid::regclass::text, r.rulename)
     from pg_rewrite r join pg_class c on c.oid = r.ev_class where ${OURS("c.relnamespace")}),
  (select string_agg(concat_ws(' ', p.polrelid::regclass::text, p.polname, p.polcmd::text, p.polroles::text, p.polpermissive::text,
                               pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)), ',' order by p.polrelid::regclass::text, p.polname)
     from pg_policy p),
  (select string_agg(concat_ws(' ', c.oid::regclass::text, c.relrowsecurity::text, c.relforcerowsecurity::text, c.relreplident::text, c.relowner::regrole::text,
                               c.relacl::text, pg_get_expr(c.relpartbound, c.oid)), ',' order by c.oid::regclass::text)
     from pg_class c where c.relkind in ('r', 'p', 'v', 'f', 'S') and ${OURS("c.relnamespace")}),
  (select string_agg(concat_ws(' ', h.inhrelid::regclass::text, h.inhparent::regclass::text), ',' order by h.inhrelid::regclass::text, h.inhseqno)
     from pg_inherits h),
  (select string_agg(q.seqrelid::regclass::text || (to_jsonb(q) - 'seqrelid')::text, ',' order by q.seqrelid::regclass::text) from pg_sequence q),
  (select string_agg((to_jsonb(p) - 'oid' - 'pubowner')::text, ',' order by p.pubname) from pg_publication p),
  (select string_agg(to_jsonb(t)::text, ',' order by t.pubname, t.schemaname, t.tablename) from pg_publication_tables t))) as rules`;
