import { describe, expect, it } from "vitest";
import { lintText } from "../../support/lint-text.js";

const BAD = "ALTER TABLE users ALTER COLUMN email SET NOT NULL;";
const TODAY = { today: "2026-06-01" };

function codes(findings: readonly { code: string }[]): string[] {
  return findings.map((finding) => finding.code).filter((code) => code !== "SG089");
}

describe("waivers in comments", () => {
  it.each([
    ["right above", `-- schema-gate: allow SG010 until 2026-12-31: the table is tiny\n${BAD}`],
    ["beside", `${BAD} -- schema-gate: allow SG010 until 2026-12-31: the table is tiny`],
    ["as a block", `/* schema-gate: allow SG010 until 2026-12-31: the table is tiny */ ${BAD}`],
    ["for the file", `SELECT 1;\n-- schema-gate: allow-file SG010 until 2026-12-31: tiny tables\n${BAD}\n${BAD}`],
    ["on its last day", `-- schema-gate: allow SG010 until 2026-06-01: the table is tiny\n${BAD}`],
  ])("let a finding pass, %s", async (_, text) => {
    expect(codes(await lintText(text, [], TODAY))).toEqual([]);
  });

  it("hold for one statement only", async () => {
    const text = `-- schema-gate: allow SG010 until 2026-12-31: the table is tiny\n${BAD}\n${BAD.replace("users", "teams")}`;
    expect(await lintText(text, ["SG010"], TODAY)).toMatchObject([{ subject: { name: "teams.email" } }]);
  });

  it("waive nothing once they expired, and say so", async () => {
    const text = `-- schema-gate: allow SG010 until 2026-05-31: the table is tiny\n${BAD}`;
    expect(codes(await lintText(text, [], TODAY))).toEqual(["SG010", "lint.waiver-expired"]);
  });

  it.each([
    ["unused", "-- schema-gate: allow SG010 until 2026-12-31: nothing here\nSELECT 1;", "lint.waiver-unused"],
    ["of no rule", "-- schema-gate: allow SG999 until 2026-12-31: no such rule\nSELECT 1;", "lint.waiver-unknown-rule"],
    ["without a reason", `-- schema-gate: allow SG010 until 2026-12-31\nSELECT 1;`, "lint.waiver-malformed"],
    ["without a day", "-- schema-gate: allow SG010: because\nSELECT 1;", "lint.waiver-malformed"],
    [
      "until a day that there is not",
      "-- schema-gate: allow SG010 until 2026-02-30: x\nSELECT 1;",
      "lint.waiver-malformed",
    ],
  ])("are findings when they are %s", async (_, text, code) => {
    expect(codes(await lintText(text, [], TODAY))).toEqual([code]);
  });

  it("are no waivers within a text", async () => {
    const text = `SELECT '-- schema-gate: allow SG010 until 2026-12-31: not a comment';\n${BAD}`;
    expect(codes(await lintText(text, [], TODAY))).toEqual(["SG010"]);
  });
});

describe("waivers of the config", () => {
  const waiver = { rule: "SG010", reason: "the table is tiny", until: "2026-12-31" };

  it("hold for the subject and file that they name", async () => {
    const named = { ...waiver, subject: "users.email", file: "a.sql" };
    expect(codes(await lintText(BAD, [], { ...TODAY, waivers: [named] }))).toEqual([]);
    const other = { ...waiver, subject: "teams.email" };
    expect(codes(await lintText(BAD, [], { ...TODAY, waivers: [other] }))).toEqual(["SG010", "lint.waiver-unused"]);
  });

  it("are left alone when they are for another gate", async () => {
    const foreign = { ...waiver, rule: "drift.index-missing" };
    expect(codes(await lintText("SELECT 1;", [], { ...TODAY, waivers: [foreign] }))).toEqual([]);
  });
});
