import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readReleaseFolder } from "../../../lib/adapters/local/release-folder.js";
import { readRelease } from "../../../lib/core/release/read-release.js";

let top: string;
let folder: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "links-"));
  folder = join(top, "migrations");
  mkdirSync(folder);
  writeFileSync(join(folder, "1_a.sql"), "create table a (id int);");
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const codes = async () => (await readRelease(await readReleaseFolder(folder))).findings.map(({ code }) => code);

describe("links in a folder of migrations", () => {
  it("blocks a file out of the folder, a folder and a link to nothing, by name", async () => {
    writeFileSync(join(top, "2_b.sql"), "drop table a;");
    mkdirSync(join(top, "more"));
    symlinkSync("../2_b.sql", join(folder, "2_b.sql"));
    symlinkSync("../more", join(folder, "more"));
    symlinkSync("../none.sql", join(folder, "3_c.sql"));
    const release = await readRelease(await readReleaseFolder(folder));
    const links = release.findings.filter(({ code }) => code === "release.symbolic-link");
    expect(links.map(({ subject }) => subject.name)).toEqual(["2_b.sql", "3_c.sql", "more"]);
    expect(links.every(({ severity, unknown }) => severity === "error" && unknown)).toBe(true);
    expect(release.migrations.map(({ version }) => version)).toEqual(["1"]);
  });

  it("follows a link to a file of the folder, and one that is the folder itself", async () => {
    mkdirSync(join(folder, "sql"));
    writeFileSync(join(folder, "sql", "text.txt"), "");
    symlinkSync("migrations", join(top, "link"));
    folder = join(top, "link");
    expect(await codes()).toEqual([]);
  });

  it("names a migration in a language that is not read, and an ending in capitals is read", async () => {
    writeFileSync(join(folder, "2_b.PY"), "");
    writeFileSync(join(folder, "3_c.SQL"), "create table c (id int);");
    expect(await codes()).toEqual(["release.file-unread", "release.gap"]);
  });

  it("reads ten thousand files", async () => {
    for (let number = 2; number <= 10_000; number++) {
      writeFileSync(join(folder, `${number}_m.sql`), `create table t${number} (id int);`);
    }
    const files = await readReleaseFolder(folder);
    expect(files.filter(({ path }) => !path.startsWith("../"))).toHaveLength(10_000);
    expect((await readRelease(files)).migrations.at(-1)?.version).toBe("10000");
  }, 60_000);
});
