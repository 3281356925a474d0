import type { Session } from "../../ports/database.js";
import { KNOWN, lockedQuery, type Whose, writtenQuery } from "../isolation/written-rows.js";
import type { SessionScope } from "./prepare-session.js";
import { LeftTenant, ofOthers } from "./stay-inside.js";

const CURSOR = "schema_gate_before";

/**
 * Runs statements of others in their transaction, and throws `LeftTenant` if they changed what is not the tenant's and has no table whose
 * lock would tell: functions, types, text search, grants, comments, publications. What PostgreSQL counts of each catalog in this transaction
 * shows where to look. The schema of a dropped object is read through a cursor, which sees the catalogs as they were before.
 */
export async function writingInside<T>(session: Session, scope: SessionScope, work: () => Promise<T>): Promise<T> {
  const { schema, settings } = scope;
  if (schema === null) return work();
  const { shared = ["public"] } = settings;
  const whose = { others: ofOthers(schema), ofShared: shared.includes(schema) };
  await session.script(`declare ${CURSOR} no scroll cursor for ${lockedQuery(whose)}`);
  const before = await countWrites(session);
  const result = await work();
  const written = (await countWrites(session)).flatMap((now) => {
    const was = before.find(({ catalog }) => catalog === now.catalog);
    const kept = Number(now.kept) - Number(was?.kept ?? 0);
    const deleted = Number(now.deleted) - Number(was?.deleted ?? 0);
    return kept > 0 || deleted > 0 ? [{ catalog: now.catalog, kept, deleted }] : [];
  });
  const found = written.length === 0 ? [] : await changedOutside(session, whose, written);
  if (found.length > 0) throw new LeftTenant(`it changes ${[...new Set(found)].join(", ")}, which is not the tenant's`);
  await session.script(`close ${CURSOR}`);
  return result;
}

interface Writes {
  readonly catalog: string;
  /** Rows inserted and updated, by parts that were rolled back, too. */
  readonly kept: number;
  readonly deleted: number;
}

/** Catalogs of what belongs to no schema: any new or other row there is of the database, and the words for it. */
const OF_DATABASE: Readonly<Record<string, string>> = {
  pg_am: "an access method",
  pg_database: "a database",
  pg_db_role_setting: "a setting of the database or of a role",
  pg_event_trigger: "an event trigger",
  pg_extension: "an extension",
  pg_foreign_data_wrapper: "a foreign data wrapper",
  pg_foreign_server: "a foreign server",
  pg_language: "a language",
  pg_largeobject_metadata: "a large object",
  pg_parameter_acl: "a parameter of the server",
  pg_publication: "a publication",
  pg_publication_namespace: "a schema of a publication",
  pg_publication_rel: "a table of a publication",
  pg_subscription: "a subscription",
  pg_tablespace: "a tablespace",
  pg_user_mapping: "a user mapping",
};

/** A dropped table leaves its publication; its lock tells whose it was. */
const LEFT_WITH_TABLE = "pg_publication_rel";

const CATALOGS: readonly string[] = [...KNOWN, ...Object.keys(OF_DATABASE), "pg_description"];

async function changedOutside(session: Session, whose: Whose, written: readonly Writes[]): Promise<readonly string[]> {
  const wide = whose.ofShared
    ? []
    : written.flatMap(({ catalog, kept }) =>
        kept > 0 || catalog !== LEFT_WITH_TABLE ? (OF_DATABASE[catalog] ?? []) : [],
      );
  const query = writtenQuery(
    written.map(({ catalog }) => catalog),
    whose,
  );
  const rows = query === null ? [] : await session.query<Changed>(query);
  const [unread, ...locked] = await session.query<Changed>(`fetch all from ${CURSOR}`);
  if (unread?.catalog !== "nobody")
    throw new LeftTenant("what it changes cannot be known, since it has read the gate's cursor");
  return [...wide, ...[...rows, ...locked].map(words)];
}

interface Changed extends Record<string, unknown> {
  readonly catalog: string;
  readonly schema: string | null;
}

function words({ catalog, schema }: Changed): string {
  return schema === null ? `an object without a schema (${catalog})` : `an object in the schema ${schema} (${catalog})`;
}

/** How many rows of each catalog this backend has written in its transaction; what an earlier one left uncounted is in both readings. */
function countWrites(session: Session): Promise<readonly Writes[]> {
  return session.query<Writes & Record<string, unknown>>(
    `select c.relname::pg_catalog.text as catalog, w.kept::pg_catalog.int4, w.deleted::pg_catalog.int4
      from pg_catalog.unnest($1::pg_catalog.text[]) a(name)
        join pg_catalog.pg_class c on c.oid = pg_catalog.to_regclass('pg_catalog.' || a.name)
        cross join lateral (select pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)
            + case when a.name <> 'pg_attribute' then pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) else 0 end as kept,
          pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) as deleted) w
      where w.kept > 0 or w.deleted > 0`,
    [CATALOGS],
  );
}
