import type { Session } from "../../ports/database.js";

/** What a database holds besides its schema and its tables' rows: each thing, with every aspect of it as text. */
export type OutsideState = ReadonlyMap<string, ReadonlyMap<string, string>>;

const PIECE = 1 << 22;

/**
 * Large objects are read piece by piece, since one may be larger than a value (manual, "Large Objects": 4 TB). 262144 is INV_READ; the
 * transaction closes what it opened. If the role may not read one, everything but its content is compared.
 */
const LARGE_OBJECTS = `select 'large object ' || m.oid as object, a.aspect, a.value
  from pg_catalog.pg_largeobject_metadata m
  cross join lateral (values
    ('owner', pg_catalog.pg_get_userbyid(m.lomowner)::text),
    ('grants', (select string_agg(g::text, ', ' order by g::text collate "C") from unnest(m.lomacl) g)),
    ('comment', pg_catalog.obj_description(m.oid, 'pg_largeobject')),
    ('security label', (select string_agg(s.provider || ' ' || s.label, ', ' order by s.provider) from pg_catalog.pg_seclabel s
      where s.objoid = m.oid and s.classoid = 'pg_largeobject'::regclass)),
    ('content', case when exists (
      select from aclexplode(coalesce(m.lomacl, acldefault('L', m.lomowner))) x
      where x.privilege_type = 'SELECT' and case when x.grantee = 0 then true else pg_catalog.pg_has_role(x.grantee, 'USAGE') end
    ) then (
      select z.size || ' ' || pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce((
        select string_agg(pg_catalog.encode(pg_catalog.sha256(pg_catalog.lo_get(m.oid, p.at, ${PIECE})), 'hex'), '' order by p.at)
        from generate_series(0, z.size - 1, ${PIECE}) p(at)), ''), 'UTF8')), 'hex')
      from (select pg_catalog.lo_open(m.oid, 262144) as fd offset 0) o
      cross join lateral (select pg_catalog.lo_lseek64(o.fd, 0, 2) as size offset 0) z
    ) end)) a(aspect, value)
  where a.value is not null`;

/**
 * What is outside every schema and still belongs only to this database. Origins named pg_OID are left out: subscriptions create them, from
 * any database of the server.
 */
const DATABASE = `select 'the database' as object, a.aspect, a.value
  from pg_catalog.pg_database d
  cross join lateral (values
    ('owner', pg_catalog.pg_get_userbyid(d.datdba)::text),
    ('grants', (select string_agg(g::text, ', ' order by g::text collate "C") from unnest(d.datacl) g)),
    ('comment', pg_catalog.shobj_description(d.oid, 'pg_database')),
    ('connection limit', d.datconnlimit::text)) a(aspect, value)
  where d.datname = pg_catalog.current_database() and a.value is not null
  union all select 'the schema public', 'comment', pg_catalog.obj_description(oid, 'pg_namespace') from pg_catalog.pg_namespace
    where nspname = 'public' and pg_catalog.obj_description(oid, 'pg_namespace') is not null
  union all select 'prepared transaction ' || gid, 'owner', owner::text from pg_catalog.pg_prepared_xacts
    where database = pg_catalog.current_database()
  union all select 'replication slot ' || slot_name, 'plugin', plugin::text from pg_catalog.pg_replication_slots
    where database = pg_catalog.current_database()
  union all select 'replication origin ' || roname, 'id', roident::text from pg_catalog.pg_replication_origin where roname !~ '^pg_[0-9]+(_|$)'`;

export async function readOutsideState(session: Session): Promise<OutsideState> {
  const found = new Map<string, Map<string, string>>();
  const rows = await session.query<{ object: string; aspect: string; value: string }>(
    `${LARGE_OBJECTS} union all ${DATABASE}`,
  );
  for (const { object, aspect, value } of rows)
    found.set(object, (found.get(object) ?? new Map<string, string>()).set(aspect, value));
  return found;
}

/** How one such state differs from another, a sentence each. */
export function outsideDifferences(now: OutsideState, before: OutsideState): readonly string[] {
  const objects = [...new Set([...before.keys(), ...now.keys()])].sort();
  return objects.flatMap((object) => {
    const [is, was] = [now.get(object), before.get(object)];
    if (!was) return [`There is a ${object}, and there was none.`];
    if (!is) return [`The ${object} is gone.`];
    return [...new Set([...was.keys(), ...is.keys()])]
      .filter((aspect) => is.get(aspect) !== was.get(aspect))
      .map((aspect) => `The ${aspect} of ${object} is not what it was.`);
  });
}

/** Equal apart from the numbers that the server gave to large objects, which differ in each run. */
export function sameWhateverNumbers(now: OutsideState, other: OutsideState): boolean {
  const essence = (state: OutsideState) =>
    [...state]
      .map(([object, aspects]) => `${object.replace(/\d+$/, "")} ${JSON.stringify([...aspects].sort())}`)
      .sort();
  return essence(now).join("\n") === essence(other).join("\n");
}
