import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { Session } from "../../../lib/ports/database.js";
import type { Tenant } from "../../../lib/ports/registry.js";
import { TenantGuard } from "../../../lib/steps/rollout/tenant-guard.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { openTestSession, testSession } from "../../support/session.js";

beforeAll(() => loadParser());

const tenant: Tenant = { id: "acme", group: null, host: "h", database: "d", schema: null };
const guard = (run: string, of = tenant) =>
  new TenantGuard({ run, tenant: of, concurrentTimeout: 60_000, needed: async () => true });
const leases = async (session: Session) => (await session.query("select run from schema_gate.lease")).length;

describe.each(["15", "18"] as const)("a tenant held by one session, on %s", (major) => {
  it("keeps out a second one in a transaction, until its end", async () => {
    const { url } = await temporaryDatabase(major);
    const [first, second] = [await testSession(url), await testSession(url)];
    await first.script("begin");
    expect(await guard("a").inside(first, "1")).toBe(true);
    await second.script("begin");
    await expect(guard("b").inside(second, "1")).rejects.toMatchObject({ code: "55P03", message: /acme is held/ });
    await second.script("rollback");
    await first.script("commit");
    await second.script("begin");
    expect(await guard("b").inside(second, "1")).toBe(true);
  });

  it("keeps out a second one outside a transaction, by name, until it is given back", async () => {
    const { url } = await temporaryDatabase(major);
    const [first, second] = [await testSession(url), await testSession(url)];
    const holder = guard("20240101-a");
    await holder.outside(first, "1");
    await holder.outside(first, "1");
    await expect(guard("b").outside(second, "1")).rejects.toMatchObject({ message: /the run 20240101-a works on it/ });
    await holder.release(first);
    await guard("b").outside(second, "1");
    expect(await leases(second)).toBe(1);
  });

  it("is free when the holder's backend is gone, or when its time is up by the server's clock", async () => {
    const { url, client } = await temporaryDatabase(major);
    const second = await testSession(url);
    const first = await openTestSession(url);
    await guard("a").outside(first, "1");
    await first.close();
    await until(async () => {
      const gone = await client.query("select from pg_stat_activity where pid = $1", [first.backend]);
      return gone.rowCount === 0;
    });
    await guard("b").outside(second, "1");
    await client.query("update schema_gate.lease set until = now() - interval '1 second'");
    await guard("c").outside(await testSession(url), "1");
  });

  it("is taken over by the same run from a backend that is idle, never from one at work", async () => {
    const { url, client } = await temporaryDatabase(major);
    const [first, second] = [await testSession(url), await testSession(url)];
    await guard("a").outside(first, "1");
    await guard("a").outside(second, "1");
    const working = second.query("select pg_sleep(2)");
    await until(async () => {
      const sql = "select from pg_stat_activity where pid = $1 and state = 'active' and query like '%pg_sleep%'";
      return (await client.query(sql, [second.backend])).rowCount === 1;
    });
    await expect(guard("a").outside(first, "1")).rejects.toMatchObject({ code: "55P03" });
    await working;
  });

  it("holds each schema of a shared database by itself", async () => {
    const { url } = await temporaryDatabase(major, "create schema one; create schema two");
    const [first, second] = [await testSession(url), await testSession(url)];
    await first.script("begin");
    await guard("a", { ...tenant, schema: "one" }).inside(first, "1");
    await second.script("begin");
    expect(await guard("b", { ...tenant, schema: "two" }).inside(second, "1")).toBe(true);
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}
