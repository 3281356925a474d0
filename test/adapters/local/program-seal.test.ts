import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { programSeal } from "../../../lib/adapters/local/program-seal.js";
import { temporaryFolder } from "../../review/harness.js";

function program() {
  const directory = temporaryFolder();
  for (const folder of ["migrations/nested", "lib", "bin", "data"])
    mkdirSync(join(directory, folder), { recursive: true });
  for (const file of [
    "run.sh",
    "settings.toml",
    "lib/a.py",
    "bin/python",
    "data/x.json",
    "migrations/1.sql",
    "migrations/nested/2.py",
  ])
    writeFileSync(join(directory, file), file);
  chmodSync(join(directory, "bin/python"), 0o755);
  symlinkSync("1.sql", join(directory, "migrations/latest"));
  const seal = (argv = ["./run.sh", "up", "--config=settings.toml", "data"]) =>
    programSeal({
      argv,
      directory,
      migrations: join(directory, "migrations"),
      files: ["lib"],
      path: join(directory, "bin"),
    });
  return { directory, seal };
}

const ATTACKS: Readonly<Record<string, (at: (path: string) => string) => void>> = {
  "the program": (at) => appendFileSync(at("run.sh"), "curl evil"),
  "an argument that is a file, behind --name=": (at) => writeFileSync(at("settings.toml"), "url=evil"),
  "a file of an argument that is a folder": (at) => writeFileSync(at("data/x.json"), "{}"),
  "a file that the config names": (at) => writeFileSync(at("lib/a.py"), "evil"),
  "a file added to what the config names": (at) => writeFileSync(at("lib/b.py"), ""),
  "a migration": (at) => appendFileSync(at("migrations/1.sql"), "drop table t"),
  "a migration that Schema Gate does not read": (at) => appendFileSync(at("migrations/nested/2.py"), "evil"),
  "a migration added": (at) => writeFileSync(at("migrations/3.py"), ""),
  "a migration removed": (at) => rmSync(at("migrations/1.sql")),
  "a migration renamed": (at) => renameSync(at("migrations/1.sql"), at("migrations/0.sql")),
  "a link led elsewhere": (at) => {
    unlinkSync(at("migrations/latest"));
    symlinkSync("nested/2.py", at("migrations/latest"));
  },
  "a file made a link": (at) => {
    renameSync(at("lib/a.py"), at("moved"));
    symlinkSync("../moved", at("lib/a.py"));
  },
};

describe("the seal of a team's own program", () => {
  it("stays the same while nothing changes", async () => {
    const { seal } = program();
    expect(await seal()).toBe(await seal());
  });

  it.each(Object.keys(ATTACKS))("is another after a change: %s", async (what) => {
    const { directory, seal } = program();
    const before = await seal();
    ATTACKS[what]?.((path) => join(directory, path));
    expect(await seal()).not.toBe(before);
  });

  it("covers a program that the PATH finds, and its arguments", async () => {
    const { directory, seal } = program();
    const before = await seal(["python", "up"]);
    expect(await seal(["python", "down"])).not.toBe(before);
    appendFileSync(join(directory, "bin/python"), "evil");
    expect(await seal(["python", "up"])).not.toBe(before);
  });
});
