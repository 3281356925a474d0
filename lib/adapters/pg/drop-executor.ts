import { identifier } from "../../core/sql/quote.js";
import { DatabaseError, NotDropped, type Session } from "../../ports/database.js";

/** Opens a session of the login on a database of the server. */
export type Open = (database: string) => Promise<Session>;

/** SQLSTATE dependent_objects_still_exist. */
const STILL_USED = "2BP01";

/** Where something depends on a role: a database, null for what all databases share; and whether the role owns something there. */
const USED_IN = `select d.datname::text as database, bool_or(s.deptype = 'o') as owns from pg_shdepend s left join pg_database d on d.oid = s.dbid
  where s.refclassid = 'pg_authid'::regclass and s.refobjid = (select r.oid from pg_roles r where r.rolname = $1) group by 1 order by 1`;

interface UsedIn extends Record<string, unknown> {
  readonly database: string | null;
  readonly owns: boolean;
}

/**
 * Drops a role of ours if it exists, after the rights that somebody gave it: a release may have, on what databases share, and a person in
 * another database. What it owns is not dropped unseen. Throws `NotDropped`; after that nobody can sign in as the role any more.
 */
export async function dropExecutor(session: Session, user: string, open: Open): Promise<void> {
  const role = identifier(user);
  try {
    await session.query(`drop role if exists ${role}`);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (error.code !== STILL_USED) throw notDropped(user, [], error);
    await dropUsed(session, user, open, error);
  }
}

async function dropUsed(session: Session, user: string, open: Open, cause: DatabaseError): Promise<void> {
  const role = identifier(user);
  const used = await session.query<UsedIn>(USED_IN, [user]);
  try {
    for (const { database, owns } of used) if (!owns) await dropRights(session, database, role, open);
    await session.query(`drop role if exists ${role}`);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await session.query(`alter role ${role} nologin`).catch(() => {});
    const still = await session.query<UsedIn>(USED_IN, [user]).catch(() => used);
    throw notDropped(user, still, error.code === STILL_USED ? cause : error);
  }
}

/** From any database this also revokes what was granted on databases, tablespaces and parameters. */
async function dropRights(session: Session, database: string | null, role: string, open: Open): Promise<void> {
  if (database === null) return void (await session.query(`drop owned by ${role}`));
  const there = await open(database);
  try {
    await there.query(`drop owned by ${role}`);
  } finally {
    await there.close();
  }
}

function notDropped(user: string, used: readonly UsedIn[], cause: DatabaseError): NotDropped {
  const databases = used.flatMap(({ database }) => database ?? []);
  const where = databases.length > 0 ? ` in ${databases.join(", ")}` : "";
  const reason = used.length > 0 ? `something depends on it${where} (${cause.message})` : cause.message;
  const role = identifier(user);
  const place = databases.length > 0 ? `in ${databases.join(" and in ")}` : "in any database";
  const remedy = `As a superuser, ${place}: DROP OWNED BY ${role}; then: DROP ROLE ${role};`;
  return new NotDropped({ kind: "role", name: user }, reason, remedy, cause);
}
