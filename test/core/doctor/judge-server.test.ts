import { expect, it } from "vitest";
import { ROLE_FACTS, type RoleFacts } from "../../../lib/core/catalog/role-facts.js";
import { judgeServer, type ServerView } from "../../../lib/core/doctor/judge-server.js";
import { SERVER_FACTS, type ServerFacts } from "../../../lib/core/doctor/server-facts.js";
import { onServer, temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

async function judge(url: string, change: Partial<ServerView> = {}, schema: string | null = null) {
  const session = await testSession(url, "read");
  const [facts] = await session.query<ServerFacts & Record<string, unknown>>(SERVER_FACTS, [schema, null]);
  const [roles] = await session.query<RoleFacts & Record<string, unknown>>(ROLE_FACTS, [null, schema]);
  if (!facts || !roles) throw new Error("no row");
  const checks = judgeServer({
    host: "db:5432",
    tenant: "acme",
    serverVersion: session.serverVersion,
    today: "2026-11-29",
    facts,
    roles,
    roleFindings: [],
    skew: { ms: facts.clock - Date.now(), within: 1000 },
    connections: 4,
    clonesHere: true,
    loopback: true,
    ...change,
  });
  return {
    facts,
    checks,
    bad: checks.filter((check) => check.status !== "ok").map((check) => `${check.status} ${check.name}`),
  };
}

it.each(["15", "18"] as const)("finds nothing to say of a superuser on PostgreSQL %s", async (major) => {
  const database = await temporaryDatabase(major, "create table t (id int)");
  const { checks, bad, facts } = await judge(database.url);
  expect(bad).toEqual([]);
  expect(facts).toMatchObject({ tables: 1, readableTables: 1, database: database.name });
  expect(checks[0]?.message).toBe(`PostgreSQL ${major}`);
});

it.each([
  [120_022, "2026-11-29", "error", "PostgreSQL 12; supported are 13 and newer."],
  [130_023, "2026-11-29", "warning", "PostgreSQL 13 has had no release since 2025-11-13."],
  [140_020, "2026-11-12", "ok", "PostgreSQL 14"],
  [140_020, "2026-11-13", "warning", "PostgreSQL 14 has had no release since 2026-11-12."],
  [
    200_000,
    "2026-11-29",
    "ok",
    "PostgreSQL 20, newer than the 19 that is known: a tenant that uses what is new is named and blocked",
  ],
])("says of version %i on %s: %s", async (serverVersion, today, status, message) => {
  const { url } = await temporaryDatabase("18");
  expect((await judge(url, { serverVersion, today })).checks[0]).toMatchObject({ status, message });
});

it.each(["15", "18"] as const)(
  "says what a role with nothing but CONNECT lacks on PostgreSQL %s, and what it costs",
  async (major) => {
    const database = await temporaryDatabase(
      major,
      "create schema s; create table s.t (id int); create table u (id int)",
    );
    const role = `poor_${database.name}`;
    await onServer(major, `create role ${role} login password 'x'`);
    try {
      const url = new URL(database.url);
      url.username = role;
      url.password = "x";
      const { bad, checks } = await judge(url.href);
      expect(bad).toEqual([
        "error db:5432 rollout",
        "error db:5432 probes",
        "warning db:5432 kept data",
        "error db:5432 clones",
        "warning db:5432 activity",
      ]);
      expect(checks.find((check) => check.name.endsWith("rollout"))?.message).toContain("owns 0 of 2 tables");
      for (const check of checks.filter((one) => one.status !== "ok")) expect(check.cost).toMatch(/\.$/);
      // Only the tenant's own schema counts when it has one, and a staging server takes the clones away.
      const own = await judge(url.href, { clonesHere: false }, "s");
      expect(own.facts.tables).toBe(1);
      expect(own.bad).not.toContain("error db:5432 clones");
      // The remedies are SQL that works.
      for (const check of checks.filter((one) => /^(GRANT pg_|ALTER ROLE)/.test(one.remedy ?? "")))
        await onServer(major, (check.remedy ?? "").replace(/--.*/, ""));
      expect((await judge(url.href)).bad).toEqual([
        "error db:5432 rollout",
        ...(major === "15" || major === "18" ? [] : ["error db:5432 probes"]),
        "warning db:5432 kept data",
      ]);
    } finally {
      await database.drop();
      await onServer(major, `drop role ${role}`);
    }
  },
);

it("judges what a server says, not where it is", async () => {
  const database = await temporaryDatabase("18");
  const { facts } = await judge(database.url);
  const named = async (change: Partial<ServerView>) => (await judge(database.url, change)).bad;
  expect(await named({ serverVersion: 120_022 })).toEqual(["error db:5432"]);
  expect(await named({ facts: { ...facts, inRecovery: true } })).toEqual(["error db:5432"]);
  expect(await named({ loopback: false })).toEqual(["warning db:5432"]);
  expect(await named({ facts: { ...facts, usedConnections: facts.maxConnections - 5 } })).toEqual([
    "warning db:5432 connections",
  ]);
  expect(await named({ facts: { ...facts, usedConnections: facts.maxConnections } })).toEqual([
    "error db:5432 connections",
  ]);
  expect(await named({ skew: { ms: -60_000, within: 20 } })).toEqual(["warning db:5432 clock"]);
  expect(await named({ skew: { ms: 2500, within: 900 } })).toEqual([]);
});
