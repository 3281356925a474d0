import { openSession } from "../../../lib/adapters/pg/connection.js";
import type { Session } from "../../../lib/ports/database.js";
import type { TestDatabase } from "../../support/postgres.js";

/** A read-only session on a test's database, closed when `use` is done. */
export async function withSession<T>(database: TestDatabase, use: (session: Session) => Promise<T>): Promise<T> {
  const url = new URL(database.url);
  const session = await openSession(
    {
      host: url.hostname,
      port: Number(url.port),
      database: database.name,
      user: url.username,
      password: url.password,
      tls: false,
    },
    { purpose: "read", statementTimeout: 30_000, lockTimeout: 1_000 },
  );
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}
