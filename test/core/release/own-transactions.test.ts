import { describe, expect, it } from "vitest";
import { segmentsOf } from "../../../lib/core/operations/segments.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { filesOf } from "../../support/release-files.js";

/** Statements by transaction, and the isolation level, of one migration. */
async function transactions(sql: string, convention = "prisma") {
  const path = convention === "prisma" ? "20240101_a/migration.sql" : "1_a.sql";
  const [migration] = (await readRelease(filesOf({ [path]: sql }), { convention })).migrations;
  if (!migration) throw new Error("no migration");
  return {
    segments: segmentsOf(migration.up).map((segment) => segment.statements.map((each) => each.sql)),
    isolation: migration.up.isolation,
  };
}

describe("transactions that a script says itself", () => {
  it.each([
    ["begin; select 1; select 2; commit;", [["select 1", "select 2"]]],
    ["begin; select 1; commit; select 2;", [["select 1"], ["select 2"]]],
    [
      "select 0; begin; select 1; commit; select 2; select 3;",
      [
        ["select 0", "select 1"],
        ["select 2", "select 3"],
      ],
    ],
    ["begin; select 1; commit; begin; select 2; commit;", [["select 1"], ["select 2"]]],
    ["start transaction; select 1; end; select 2", [["select 1"], ["select 2"]]],
    ["begin; commit; select 1;", [["select 1"]]],
  ])("%s under Prisma", async (sql, segments) => {
    expect((await transactions(sql)).segments).toEqual(segments);
  });

  it.each([
    ["begin; select 1;"],
    ["select 1; commit; select 2;"],
    ["begin; select 1; rollback; select 2;"],
    ["begin; begin; select 1; commit; select 2;"],
    ["begin; savepoint a; select 1; commit; select 2;"],
    ["begin; select 1; commit; begin isolation level serializable; select 2; commit;"],
  ])("%s stays as it is, and is refused", async (sql) => {
    expect((await transactions(sql)).segments.flat().some((each) => /^(begin|commit)/.test(each))).toBe(true);
  });

  it("stay where the framework has a transaction of its own around them", async () => {
    expect((await transactions("begin; select 1; commit; select 2;", "sqlx")).segments.flat()).toContain("commit");
  });

  it.each([
    ["set transaction isolation level serializable; select 1;", "serializable", ["select 1"]],
    ["SET TRANSACTION ISOLATION LEVEL repeatable  READ; select 1;", "repeatable read", ["select 1"]],
    [
      "set lock_timeout = '1s'; set transaction isolation level serializable; select 1;",
      "serializable",
      ["set lock_timeout = '1s'", "select 1"],
    ],
    ["begin; set transaction isolation level serializable; select 1; commit;", "serializable", ["select 1"]],
    ["begin isolation level serializable; select 1; commit;", "serializable", ["select 1"]],
  ])("%s gives the level", async (sql, isolation, statements) => {
    for (const convention of ["prisma", "sqlx", "plain"])
      expect(await transactions(sql, convention)).toEqual({ segments: [statements], isolation });
  });
});
