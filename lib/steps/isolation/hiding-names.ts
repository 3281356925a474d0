import type { Finding } from "../../core/finding.js";
import type { Session } from "../../ports/database.js";

/**
 * Objects of the tenant that hide one of a shared schema, in words: whoever names it without a schema gets the tenant's, and once that is
 * gone, the shared one.
 */
export async function readHidingNames(
  session: Session,
  own: string,
  shared: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await session.query<{ name: string }>(
    `with named as (select c.relnamespace as home, pg_catalog.concat('relation ', c.relname) as name from pg_catalog.pg_class c where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        union all select t.typnamespace, pg_catalog.concat('type ', t.typname) from pg_catalog.pg_type t where t.typtype in ('e', 'd', 'r')
        union all select p.pronamespace, pg_catalog.concat('function ', p.proname, '(', pg_catalog.oidvectortypes(p.proargtypes), ')') from pg_catalog.pg_proc p)
      select distinct o.name from named o join pg_catalog.pg_namespace n on n.oid = o.home
        join named s on s.name = o.name join pg_catalog.pg_namespace m on m.oid = s.home
      where n.nspname = $1::pg_catalog.name and m.nspname = any ($2::pg_catalog.name[])`,
    [own, shared.filter((each) => each !== own)],
  );
  return new Set(rows.map(({ name }) => name));
}

/** Names that mean another object after the release than before it, with nothing that says so. */
export function namesThatMeanOthers(before: ReadonlySet<string>, after: ReadonlySet<string>): readonly Finding[] {
  const come = [...after]
    .filter((name) => !before.has(name))
    .map((name) => meansAnother(name, "the tenant's, instead of"));
  const gone = [...before]
    .filter((name) => !after.has(name))
    .map((name) => meansAnother(name, "no longer the tenant's, but"));
  return [...come, ...gone];
}

function meansAnother(name: string, means: string): Finding {
  return {
    code: "isolation.name-means-another",
    gate: "dry-run",
    severity: "warning",
    subject: { kind: "release", name: "release" },
    message: `After the release, ${name} without a schema is ${means} the one in a shared schema: queries and functions that name it so meet other rows or code from then on.`,
    remedy: { text: "Give it a name that no shared schema has, or change every query that means the other one first." },
  };
}
