import type { Session } from "../../ports/database.js";

/**
 * Whether the database has any function that could catch an error and roll a part back: one that somebody created, in another language than
 * SQL, which has no handlers. Object ids below 16384 are PostgreSQL's own; 14 is the id of SQL on every server.
 */
export async function hasHandlers(session: Session): Promise<boolean> {
  const [row] = await session.repeated<{ has: boolean }>(
    "select exists (select from pg_catalog.pg_proc p where p.oid >= 16384 and p.prolang <> 14) as has",
  );
  return row?.has !== false;
}
