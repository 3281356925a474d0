/** One row, one column `publisher` (JSON): `Publisher`. `major` is the server's. */
export function publisherQuery(major: number): string {
  const columns = major >= 15 ? "t.attnames::text[]" : "null::text[]";
  return `select json_build_object(
  'publications', (select coalesce(json_agg(p.pubname order by p.pubname), '[]') from pg_publication p),
  'tables', (select coalesce(json_agg(json_build_object('publication', t.pubname, 'schema', t.schemaname, 'table', t.tablename,
      'columns', ${columns}, 'changesRows', p.pubupdate or p.pubdelete) order by t.pubname, t.schemaname, t.tablename), '[]')
    from pg_publication_tables t join pg_publication p on p.pubname = t.pubname)) as publisher`;
}

/** One row, one column `subscriptions` (JSON): a list of `Subscription`. Asks only for what everyone may read. */
export function subscriptionsQuery(major: number): string {
  const binary = major >= 14 ? "s.subbinary" : "false";
  // The view of its workers has a subscription's id, even where only superusers may read pg_subscription.
  return `with worker as materialized (select subid, subname, bool_or(pid is not null) as running from pg_stat_subscription group by 1, 2)
select coalesce(json_agg(json_build_object('name', s.subname, 'enabled', s.subenabled, 'running', w.running, 'binary', ${binary},
    'publications', s.subpublications,
    'tables', (select coalesce(json_agg(json_build_object('schema', n.nspname, 'table', c.relname, 'state', r.srsubstate)), '[]')
      from pg_subscription_rel r join pg_class c on c.oid = r.srrelid join pg_namespace n on n.oid = c.relnamespace
      where r.srsubid = w.subid)) order by s.subname), '[]') as subscriptions
from pg_subscription s join worker w on w.subname = s.subname
where s.subdbid = (select oid from pg_database where datname = current_database())`;
}
