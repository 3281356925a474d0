import pg from "pg";
import type { EmbeddedServer } from "../../lib/adapters/local/embedded-server.js";

/** One statement on a connection of its own, in the database `postgres`. */
export async function query(server: EmbeddedServer, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: server.url("postgres") });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
