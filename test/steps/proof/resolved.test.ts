import { describe, expect, it } from "vitest";
import { resolved, resolving } from "../../../lib/steps/proof/resolved.js";
import { ALWAYS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

const SETUP = `
  create function one(a int) returns int language sql as 'select 1';
  create function two(a int, b text default 'x') returns int language sql as 'select 1';
  create function two(a int, b int default 1) returns int language sql as 'select 1';
  do $$ begin execute format('revoke temporary on database %I from public', current_database()); end $$;
  do $$ begin create role without_temporary login password 'x'; exception when duplicate_object or unique_violation then null; end $$;`;

const LIMITS = { lockTimeout: 1000, statementTimeout: 10_000, concurrentTimeout: 10_000 };

function asLesser(url: string): string {
  const as = new URL(url);
  as.username = "without_temporary";
  as.password = "x";
  return as.href;
}

describe.each(ALWAYS)("calls on %s", (major) => {
  it.each(["as the owner", "without the right to make temporary objects"])("are resolved %s", async (as) => {
    const { url } = await temporaryDatabase(major, SETUP);
    const lesser = as.startsWith("without");
    const session = await testSession(lesser ? asLesser(url) : url);
    const calls = ["public.one(1)", "public.two(1)", "public.none(1)"].map(resolving);
    const found = await resolved(session, calls, { schema: null, settings: LIMITS });
    expect(found.map(({ number }) => number)).toEqual(["one", "several", "none"]);
    expect(found[0]?.which?.name ?? null).toBe(lesser ? null : "one");
    expect(found[2]?.reason).toContain("42883");
  });
});
