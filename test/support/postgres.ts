import { randomUUID } from "node:crypto";
import pg from "pg";
import { inject, onTestFinished } from "vitest";
import { identifier } from "../../lib/core/sql/quote.js";
import type { Major } from "./majors.js";

export type { Major } from "./majors.js";

/** A database of a test's own on the run's real server. */
export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  readonly client: pg.Client;
  /** Closes the connection and drops the database. */
  drop(): Promise<void>;
}

export function serverUrl(major: Major, database = "postgres"): string {
  const server = inject("servers")[major];
  if (server === undefined) throw new Error(`no server of PostgreSQL ${major} runs: SCHEMA_GATE_MAJORS=${major}`);
  return `${server}${encodeURIComponent(database)}`;
}

/** Makes a database, runs a script in it, and leaves its removal to the caller. For `beforeAll`. */
export async function createDatabase(major: Major = "18", script = ""): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await onServer(major, `create database ${identifier(name)}`);
  const url = serverUrl(major, name);
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  if (script) await client.query(script);
  return {
    name,
    url,
    client,
    drop: async () => {
      await client.end().catch(() => {});
      await onServer(major, `drop database if exists ${identifier(name)} with (force)`);
    },
  };
}

/** The same for the length of one test; dropped when it finishes. */
export async function temporaryDatabase(major: Major = "18", script = ""): Promise<TestDatabase> {
  const database = await createDatabase(major, script);
  onTestFinished(() => database.drop());
  return database;
}

/** One statement on a server's `postgres` database. */
export async function onServer(major: Major, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: serverUrl(major) });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}
