import { describe, expect, it } from "vitest";
import { readRelease } from "../../../../lib/core/release/read-release.js";
import { filesOf } from "../../../support/release-files.js";

/**
 * What dbmate 2.36.0 did with each of these files, run as `dbmate --no-dump-schema -d FOLDER up`: it applied the file, or
 * refused it. Two ups in one file it applies in turn, which is not supported here.
 */
const UP = "create table a (i int);\n";
const FORMS: readonly (readonly [form: string, text: string, dbmate: "applied" | "refused"])[] = [
  ["both marks", `-- migrate:up\n${UP}-- migrate:down\n`, "applied"],
  ["a comment before", `-- a\n\n  -- b\n-- migrate:up\n${UP}-- migrate:down\n`, "applied"],
  ["Windows line ends", `-- migrate:up\r\n${UP}-- migrate:down\r\n`, "applied"],
  ["more than one option", `-- migrate:up\n${UP}-- migrate:down a b\ndrop table a;`, "applied"],
  ["no blank", `--migrate:up\n${UP}--migrate:down\n`, "applied"],
  ["an indented up", `  -- migrate:up\n${UP}-- migrate:down\n`, "refused"],
  ["an indented down", `-- migrate:up\n${UP}  -- migrate:down\ndrop table a;`, "refused"],
  ["a statement before", `create table b (i int);\n-- migrate:up\n${UP}-- migrate:down\n`, "refused"],
  ["a block comment before", `/* x\n*/\n-- migrate:up\n${UP}-- migrate:down\n`, "refused"],
  ["no down", `-- migrate:up\n${UP}`, "refused"],
  ["down first", `-- migrate:down\ndrop table a;\n-- migrate:up\n${UP}`, "refused"],
  ["another word", `-- migrate:upwards\n${UP}-- migrate:down\n`, "refused"],
  ["capitals", `-- MIGRATE:UP\n${UP}-- migrate:down\n`, "refused"],
  ["two ups without a down between", `-- migrate:up\n${UP}-- migrate:up\n${UP}-- migrate:down\n`, "refused"],
];

const read = (texts: Record<string, string>) => readRelease(filesOf(texts), { convention: "dbmate" });

describe("dbmate", () => {
  it.each(FORMS)("%s: as dbmate itself", async (_form, text, dbmate) => {
    const { findings, migrations } = await read({ "1_a.sql": text });
    const refused = findings.some(({ severity }) => severity === "error");
    expect(refused ? "refused" : "applied").toBe(dbmate);
    if (!refused) expect(migrations[0]?.up.statements.map(({ sql }) => sql)).toEqual(["create table a (i int)"]);
  });

  it("keeps the transaction where a blank stands before the value of the option", async () => {
    const mode = async (mark: string) =>
      (await read({ "1_a.sql": `${mark}\n${UP}-- migrate:down\n` })).migrations[0]?.up.transaction;
    expect(await mode("-- migrate:up transaction:false")).toBe("none");
    expect(await mode("-- migrate:up transaction: false")).toBe("single");
  });

  it("takes the digits in front as the version, whatever follows, and knows no file for the way down", async () => {
    const text = `-- migrate:up\n${UP}-- migrate:down\n`;
    const names = ["1.sql", "2a.sql", "3.2_a.sql", "4_a.down.sql"];
    const { migrations } = await read(Object.fromEntries(names.map((name) => [name, text])));
    expect(migrations.map(({ version }) => version)).toEqual(["1", "2", "3", "4"]);
  });

  it("blocks two ups in one file", async () => {
    const section = `-- migrate:up\n${UP}-- migrate:down\ndrop table a;\n`;
    const { findings } = await read({ "1_a.sql": section + section });
    expect(findings.map(({ code }) => code)).toContain("release.not-supported");
  });
});
