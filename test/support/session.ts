import { onTestFinished } from "vitest";
import { openSession } from "../../lib/adapters/pg/connection.js";
import type { Session } from "../../lib/ports/database.js";

/** A session of the product's own kind on a test database; closed when the test finishes. */
export async function testSession(url: string, purpose: "read" | "write" = "write"): Promise<Session> {
  const { hostname, port, pathname, username, password } = new URL(url);
  const session = await openSession(
    {
      host: hostname,
      port: Number(port),
      database: decodeURIComponent(pathname.slice(1)),
      user: username,
      password,
      tls: false,
    },
    { purpose, statementTimeout: 60_000, lockTimeout: 5_000 },
  );
  onTestFinished(() => session.close());
  return session;
}
