import { identifier } from "../../core/sql/quote.js";
import { DatabaseError, NotDropped, type Session } from "../../ports/database.js";

/** Each waits five seconds on the server for sessions to end (PostgreSQL's own limit for DROP DATABASE). */
const ATTEMPTS = 6;

/** SQLSTATE insufficient_privilege: a session belongs to a role that ours may not end. */
const NOT_OURS_TO_END = "42501";
const IN_USE = "55006";

/**
 * Drops a database of ours if it exists. First it is closed to new sessions; sessions of others, which only they and their superiors may
 * end (including autovacuum's), are waited for. Throws `NotDropped`.
 */
export async function dropClone(session: Session, name: string): Promise<void> {
  const there = await session.query("select 1 from pg_database where datname = $1", [name]);
  if (there.length === 0) return;
  const database = identifier(name);
  try {
    await session.query(`alter database ${database} with allow_connections false`);
    await session.query(`drop database if exists ${database} with (force)`).catch((error: unknown) => {
      if (!(error instanceof DatabaseError) || error.code !== NOT_OURS_TO_END) throw error;
      return dropWhenLeft(session, database);
    });
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const reason = `${error.message}${await holders(session, name)}`;
    const remedy = `End the sessions that hold it, then: DROP DATABASE ${database};`;
    throw new NotDropped({ kind: "database", name }, reason, remedy, error);
  }
}

async function dropWhenLeft(session: Session, database: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await session.query(`drop database if exists ${database}`);
      return;
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== IN_USE || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Whose sessions are on it, for a message. */
async function holders(session: Session, name: string): Promise<string> {
  const rows = await session
    .query<{ who: string }>(
      `select distinct coalesce(usename::text, backend_type) as who from pg_stat_activity where datname = $1 order by 1`,
      [name],
    )
    .catch(() => []);
  return rows.length === 0 ? "" : ` (sessions of ${rows.map(({ who }) => who).join(", ")})`;
}
