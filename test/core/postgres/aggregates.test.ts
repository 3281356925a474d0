import { describe, expect, it } from "vitest";
import { isOverRows } from "../../../lib/core/postgres/aggregates.js";
import { stabilityOf } from "../../../lib/core/postgres/call-stability.js";
import { MAJORS } from "../../support/majors.js";
import type { Major } from "../../support/postgres.js";
import { sharedDatabase } from "../../support/shared-database.js";

const NAMES = (where: string) =>
  `select distinct proname::text as name from pg_catalog.pg_proc
   where pronamespace = 'pg_catalog'::pg_catalog.regnamespace and ${where} order by 1`;

describe.each(MAJORS)("functions in batches on %s", (major: Major) => {
  const database = sharedDatabase(major);
  const names = async (where: string) =>
    (await database.session.query<{ name: string }>(NAMES(where))).map(({ name }) => name);

  it("knows every aggregate and window function of the server, and takes no other function for one", async () => {
    expect((await names("prokind in ('a', 'w')")).filter((name) => !isOverRows(name))).toEqual([]);
    expect((await names("prokind = 'f'")).filter(isOverRows)).toEqual([]);
  });

  it("calls no volatile function steady", async () => {
    const steady = (await names("provolatile = 'v'")).filter((name) => stabilityOf(name, 2) === "steady");
    // Before 15 timezone(text, timetz) was marked volatile, by mistake.
    expect(steady.filter((name) => name !== "timezone" || Number(major) >= 15)).toEqual([]);
  });

  it("calls a stable function steady only where it reads neither rows nor a clock", async () => {
    const steady = (await names("provolatile = 's'")).filter((name) => stabilityOf(name, 2) === "steady");
    expect(steady.filter((name) => /^(now|.*xml.*|pg_.*|has_.*|.*query_to.*|txid.*|.*_timestamp)$/.test(name))).toEqual(
      ["to_timestamp"],
    );
  });
});
