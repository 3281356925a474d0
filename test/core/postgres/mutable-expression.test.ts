import { describe, expect, it } from "vitest";
import { MIXED_FUNCTIONS, MUTABLE_CASTS } from "../../../lib/core/postgres/mutable-expression.js";
import { lintText } from "../../support/lint-text.js";
import { MAJORS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";

const MIXED = `select proname from pg_proc where pronamespace = 'pg_catalog'::regnamespace
  group by 1 having bool_or(provolatile = 'i') and not bool_and(provolatile = 'i') order by 1`;

describe("expressions that are not immutable", () => {
  it("knows every function of the server with an immutable overload beside others", async () => {
    const found = new Set<string>();
    for (const major of MAJORS) {
      const { client } = await temporaryDatabase(major);
      for (const { proname } of (await client.query<{ proname: string }>(MIXED)).rows) found.add(proname);
    }
    expect([...found].filter((name) => !MIXED_FUNCTIONS.has(name))).toEqual([]);
  });

  it.each(["15", "18"] as const)(
    "says nothing of date_trunc with a zone, which PostgreSQL 17 made immutable, on %s",
    async (major) => {
      const { client } = await temporaryDatabase(major, "create table t (at timestamptz)");
      const accepted = await client.query("create index on t (date_trunc('day', at, 'UTC'))").then(
        () => true,
        () => false,
      );
      expect(accepted).toBe(major === "18");
      const codes = await lintText(
        "create table t (at timestamptz); create index on t (date_trunc('day', at, 'UTC'));",
        ["SG110"],
      );
      expect(codes).toEqual([]);
    },
  );

  it.each(["15", "18"] as const)(
    "knows the casts that PostgreSQL %s refuses in an index",
    async (major) => {
      const { client } = await temporaryDatabase(major);
      const types = new Set([
        ...Object.keys(MUTABLE_CASTS),
        ...Object.values(MUTABLE_CASTS).flat(),
        "bool",
        "uuid",
        "jsonb",
      ]);
      const wrong: string[] = [];
      for (const from of types) {
        await client.query(`drop table if exists t; create table t (c ${from})`);
        for (const to of types) {
          await client.query("begin");
          const refused = await client.query(`create index on t ((case when c::${to} is null then 1 else 2 end))`).then(
            () => false,
            ({ code }: { readonly code?: string }) => code === "42P17",
          );
          await client.query("rollback");
          if ((MUTABLE_CASTS[from]?.includes(to) ?? false) !== refused) wrong.push(`${from} to ${to}: ${refused}`);
        }
      }
      expect(wrong).toEqual([]);
    },
    60_000,
  );
});
