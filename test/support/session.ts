import { onTestFinished } from "vitest";
import { openSession } from "../../lib/adapters/pg/connection.js";
import type { Session } from "../../lib/ports/database.js";

/** A session of the product's own kind on a test database; closed when the test finishes. */
export async function testSession(url: string, purpose: "read" | "write" = "write"): Promise<Session> {
  const session = await openTestSession(url, purpose);
  onTestFinished(() => session.close());
  return session;
}

/** The same, left to the caller to close. For `beforeAll`. */
export async function openTestSession(url: string, purpose: "read" | "write" = "write"): Promise<Session> {
  const { hostname, port, pathname, username, password } = new URL(url);
  return openSession(
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
}
