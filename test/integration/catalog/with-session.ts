import { openSession } from "../../../lib/adapters/pg/connection.js";
import type { Session } from "../../../lib/ports/database.js";
import type { TestDatabase } from "../../support/postgres.js";

/** A read-only session on a test's database, closed when `use` is done. */
export async function withSession<T>(database: TestDatabase, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await open(database, "read");
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

export function openWriter(database: TestDatabase): Promise<Session> {
  return open(database, "write");
}

function open(database: TestDatabase, purpose: "read" | "write"): Promise<Session> {
  const url = new URL(database.url);
  const endpoint = {
    host: url.hostname,
    port: Number(url.port),
    database: database.name,
    user: url.username,
    password: url.password,
    tls: false,
  };
  return openSession(endpoint, { purpose, statementTimeout: 30_000, lockTimeout: 1_000 });
}
