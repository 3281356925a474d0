import { afterEach, describe, expect, it } from "vitest";
import { interruptible } from "../../lib/adapters/interruptible.js";
import { pgDatabase } from "../../lib/adapters/pg/database.js";
import { endpointOf } from "../../lib/adapters/pg/endpoint.js";
import { Interrupted } from "../../lib/ports/ports.js";
import { serverUrl } from "../support/postgres.js";

const OPTIONS = { purpose: "write", statementTimeout: 60_000, lockTimeout: 60_000 } as const;
const tenant = { id: "one", group: null, host: "h", database: "postgres", schema: null };
const NAME = "interruptible_test";

describe.each(["15", "18"] as const)("a database with an end on PostgreSQL %s", (version) => {
  const endpoint = endpointOf(serverUrl(version));
  const database = pgDatabase({ tenant: async () => ({ endpoint, replica: null }), staging: null } as never);
  afterEach(async () => {
    const session = await database.connect(tenant, OPTIONS);
    await session.script(`drop table if exists public.${NAME}`);
    await session.close();
  });

  it("cancels what runs on the server, undoes the transaction, and begins nothing more", async () => {
    const stop = new AbortController();
    const session = await interruptible(database, stop.signal).connect(tenant, OPTIONS);
    const watcher = await database.connect(tenant, OPTIONS);
    const active = async () => {
      const [row] = await watcher.query<{ state: string; query: string }>(
        "select state, query from pg_stat_activity where pid = $1",
        [session.backend],
      );
      return row?.state === "active" && row.query.includes("pg_sleep");
    };
    await session.script(`begin; create table public.${NAME} (id int)`);
    const sleeping = session.query("select pg_sleep(60)").catch((error: unknown) => error);
    while (!(await active())) await new Promise(setImmediate);
    stop.abort();
    expect(await sleeping).toBeInstanceOf(Interrupted);
    // The server says that it was cancelled before its view of activity does.
    while (await active()) await new Promise(setImmediate);
    await expect(session.query("select 1")).rejects.toBeInstanceOf(Interrupted);
    await session.close();
    const [row] = await watcher.query<{ there: boolean }>(`select to_regclass('public.${NAME}') is not null as there`);
    expect(row?.there).toBe(false);
    await watcher.close();
  });

  it("gives the plans that are asked for", async () => {
    const session = await interruptible(database, new AbortController().signal).connect(tenant, OPTIONS);
    const statements = [{ text: "select 1 as one where $1::int > 0", parameters: null }];
    expect(await session.describe(statements, { plans: true })).toMatchObject([
      { parameters: ["integer"], plan: expect.stringContaining("Result") },
    ]);
    expect(await session.describe(statements, { plans: false })).not.toHaveProperty("0.plan");
    await session.close();
  });

  it("lets a statement that fails by itself fail as it did", async () => {
    const session = await interruptible(database, new AbortController().signal).connect(tenant, OPTIONS);
    await expect(session.query("select 1 / 0")).rejects.toMatchObject({ name: "DatabaseError", code: "22012" });
    await session.close();
  });
});
