import { digest } from "../../core/json.js";
import { DatabaseError, type Session, type SessionOptions, type SessionPool } from "../../ports/database.js";
import { type Endpoint, openSession } from "./connection.js";

/**
 * A session on a database that other tenants are in, taken over from one of them if it was opened with the same login and options. The caller
 * closes it as any other. Throws `DatabaseError`.
 */
export async function openFromPool(
  endpoint: Endpoint,
  { pool, ...options }: SessionOptions & { readonly pool: SessionPool },
): Promise<Session> {
  const key = digest([endpoint, options]);
  const session = (await answering(pool.take(key))) ?? (await openSession(endpoint, options));
  return lent(session, async () => {
    if (!(await emptied(session)) || !pool.giveBack(key, session)) await session.close();
  });
}

/** Null if the server has ended it meanwhile. */
async function answering(session: Session | null): Promise<Session | null> {
  if (session === null) return null;
  try {
    await session.query("select");
    return session;
  } catch {
    await session.close();
    return null;
  }
}

/** A read session's settings and locks end with its transaction. False if the connection cannot be used again. */
async function emptied(session: Session): Promise<boolean> {
  if (session.pooled) return false;
  try {
    await session.script("rollback");
    session.lookUpIn(null);
    return true;
  } catch {
    return false;
  }
}

/** The session until it is given back: whoever keeps it longer would read in the next tenant's transaction. */
function lent(session: Session, end: () => Promise<void>): Session {
  let returned: Promise<void> | null = null;
  const close = () => {
    returned ??= end();
    return returned;
  };
  return new Proxy(session, {
    get(target, name) {
      if (name === "close") return close;
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      if (returned !== null) throw new DatabaseError("the session was closed", "CLOSED");
      return member.bind(target);
    },
  });
}
