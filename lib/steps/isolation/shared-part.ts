import type { Session } from "../../ports/database.js";

/** What the tenants of one database have in common. */
export interface SharedPart {
  /** Schemas that the config calls shared but that do not exist. */
  readonly missing: readonly string[];
  /** Names of the extensions, without those that every database has. */
  readonly extensions: readonly string[];
  /** Whether anything is in a shared schema. */
  readonly filled: boolean;
}

export async function readSharedPart(session: Session, shared: readonly string[]): Promise<SharedPart> {
  const [row] = await session.query<{ missing: string[]; extensions: string[]; filled: boolean }>(
    `select array(select s.name from pg_catalog.unnest($1::pg_catalog.text[]) s(name)
        where not exists (select from pg_catalog.pg_namespace n where n.nspname = s.name)) as missing,
      array(select e.extname::pg_catalog.text from pg_catalog.pg_extension e where e.extname <> 'plpgsql' order by 1) as extensions,
      exists (select from pg_catalog.pg_namespace n join pg_catalog.pg_depend d
          on d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass and d.refobjid = n.oid
        where n.nspname = any ($1::pg_catalog.name[])) as filled`,
    [shared],
  );
  return row ?? { missing: shared, extensions: [], filled: false };
}
