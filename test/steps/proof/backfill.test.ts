import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { testMigration } from "../../support/migration.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const SETUP = `create table users (id bigint generated always as identity primary key, uid uuid not null unique default gen_random_uuid(),
    code int, name text, n int not null default 0);
  insert into users (name) select 'Name ' || i from generate_series(1, 1000) i`;

const backfill = (statement: string, by = "id") =>
  testMigration(`-- schema-gate: backfill by ${by} batch 100ms\n${statement}`);
const codes = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code);

describe.each(["15", "18"] as const)("the proof of a backfill on %s", (major) => {
  it.each([
    ["by a condition", "update users set code = id where code is null"],
    ["by a cursor", "update users set n = n + 1"],
    ["with values that differ each time", "update users set name = gen_random_uuid()::text where id % 2 = 0"],
    ["with a clock", "update users set name = now()::text, code = 1 where code is null"],
    ["that deletes", "delete from users where id % 3 = 0"],
  ])("%s: the same rows as one statement, a way back, and a resume", async (_, statement) => {
    const proof = await proveOnClones(major, SETUP, [backfill(statement)]);
    expect(proof).toMatchObject({ passed: true, upAgain: true });
    expect(proof.resumes.filter(({ state }) => state === "lost")).toEqual([]);
    expect(codes(proof.findings)).toContain("backfill.proved");
    expect(proof.rollbacks).toMatchObject([{ verdict: "exact" }]);
    expect(proof.statements[0]?.batched?.rows).toBeGreaterThan(300);
  });

  it("goes with the migrations around it", async () => {
    const steps = [
      testMigration("alter table users add shown text", null, "1"),
      { ...backfill("update users set shown = upper(name) where shown is null"), version: "2" },
      testMigration("alter table users alter shown set not null", null, "3"),
    ];
    const proof = await proveOnClones(major, SETUP, steps);
    expect(proof).toMatchObject({ passed: true, upAgain: true });
  });

  it("finds rows that differ from those of one statement", async () => {
    // One statement numbers the rows as they lie, batches by their key. Bare numbers are compared for being there.
    const setup = `${SETUP}; create sequence s; update users set n = 0 where id % 2 = 0`;
    const proof = await proveOnClones(major, setup, [
      backfill("update users set code = nextval('s') * 2 where code is null"),
    ]);
    expect(codes(proof.findings)).toContain("backfill.differs");
    expect(proof.passed).toBe(false);
    const numbers = await proveOnClones(major, setup, [
      backfill("update users set code = nextval('s') where code is null"),
    ]);
    expect(codes(numbers.findings)).toContain("backfill.proved");
    expect(numbers.passed).toBe(true);
  });

  it("cuts even a few rows, so that it proves the cutting", async () => {
    const proof = await proveOnClones(major, SETUP.replace("1, 1000", "1, 20"), [
      backfill("update users set code = id where code is null"),
    ]);
    expect(proof).toMatchObject({ passed: true });
    expect(proof.statements[0]?.batched?.batches).toBeGreaterThanOrEqual(3);
  });

  it("finds a condition that stays true", async () => {
    const proof = await proveOnClones(major, SETUP, [
      backfill("update users set code = null, n = 1 where code is null"),
    ]);
    expect(codes(proof.findings)).toContain("backfill.endless");
  });

  it("says which row fails", async () => {
    const proof = await proveOnClones(major, `${SETUP}; update users set name = 'odd' where id = 7`, [
      backfill("update users set code = right(name, -5)::int where code is null"),
    ]);
    expect(proof.findings).toMatchObject([{ code: "backfill.row", message: expect.stringContaining("id 7") }]);
  });
});
