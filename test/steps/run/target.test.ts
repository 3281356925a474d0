import { describe, expect, it } from "vitest";
import type { Database, Session } from "../../../lib/ports/database.js";
import { inTransaction } from "../../../lib/steps/migration/transaction.js";
import { heldTo, targetOf } from "../../../lib/steps/run/target.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

const tenant = { id: "t", group: null, host: "h", database: "d", schema: null };

describe("a session that leads each transaction somewhere", () => {
  it.each([
    ["behind a pooler", { pooled: true }],
    ["over an API without connections", { backendNow: async () => null }],
  ])("does nothing in another database than the approved one: %s", async (_, kind) => {
    const approved = await testSession((await temporaryDatabase("18", "create table t (a int)")).url);
    const other = await testSession((await temporaryDatabase("18", "create table t (a int)")).url);
    let led = approved;
    const session = new Proxy<Session>(approved, {
      get: (own, name) => {
        const value = Reflect.get({ ...kind, assertApproved: Reflect.get(own, name) }, name) ?? Reflect.get(led, name);
        return typeof value === "function" ? value.bind(led) : value;
      },
    });
    const database = { connect: async () => session } as unknown as Database;
    const held = await heldTo(database, await targetOf(approved)).connect(tenant, {
      purpose: "write",
      statementTimeout: 5_000,
      lockTimeout: 1_000,
    });
    const write = () => inTransaction(held, "read committed", () => held.script("insert into public.t values (1)"));
    await write();
    led = other;
    await expect(write()).rejects.toThrow("h/d is another database than the one that was approved for tenant t");
    expect(await other.query("select from public.t")).toEqual([]);
  });
});
