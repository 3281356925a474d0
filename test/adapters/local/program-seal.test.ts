import { execFileSync } from "node:child_process";
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
import { dirname, join } from "node:path";
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
  const seal = (
    argv: readonly string[] = ["./run.sh", "up", "--config=settings.toml", "data"],
    path = join(directory, "bin"),
  ) =>
    programSeal({
      argv,
      directory,
      migrations: join(directory, "migrations"),
      files: ["lib"],
      path,
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

/** Ways of an argument to name what a program reads. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  "behind a letter": ["./run.sh", "-csettings.toml"],
  "behind a scheme": ["./run.sh", "-locations=filesystem:settings.toml"],
  "as a URL of a file": ["./run.sh", "--config=file://./settings.toml"],
  "in a list of a path": ["./run.sh", "-cp", "data:settings.toml"],
  "in a list with commas": ["./run.sh", "--files=data,settings.toml"],
  "behind an at sign": ["./run.sh", "@settings.toml"],
  "behind two equal signs": ["./run.sh", "--set=config=settings.toml"],
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

  it.each(Object.keys(NAMED))("covers a file that an argument names %s", async (how) => {
    const { directory, seal } = program();
    const before = await seal(NAMED[how]);
    writeFileSync(join(directory, "settings.toml"), "url=evil");
    expect(await seal(NAMED[how])).not.toBe(before);
  });

  it.each([
    ["npm run migrate", "package.json"],
    ["npx tsx migrate", "package.json"],
    ["make migrate", "Makefile"],
    ["bundle exec rake db:migrate", "Rakefile"],
    ["env X=1 npm run migrate", "package.json"],
    ["alembic upgrade head", "alembic.ini"],
    ["flyway migrate", "flyway.conf"],
    ["dbmate up", ".env"],
    ["python3 -m app.migrate", "app/migrate.py"],
    ["cargo run", "src/main.rs"],
  ])("covers what a runner reads: %s, %s", async (line, file) => {
    const { directory, seal } = program();
    mkdirSync(join(directory, dirname(file)), { recursive: true });
    writeFileSync(join(directory, file), "what was approved");
    const before = await seal(line.split(" "));
    writeFileSync(join(directory, file), "evil");
    expect(await seal(line.split(" "))).not.toBe(before);
  });

  it("covers what lies behind a link to a folder, which may lead in a circle", async () => {
    const { directory, seal } = program();
    mkdirSync(join(directory, "elsewhere"));
    writeFileSync(join(directory, "elsewhere/4.sql"), "select 1");
    symlinkSync("../elsewhere", join(directory, "migrations/linked"));
    symlinkSync("../../migrations", join(directory, "migrations/nested/circle"));
    const before = await seal();
    expect(await seal()).toBe(before);
    writeFileSync(join(directory, "elsewhere/4.sql"), "drop table t");
    expect(await seal()).not.toBe(before);
  });

  it("covers the program itself where a folder on the PATH has its name", async () => {
    const { directory, seal } = program();
    mkdirSync(join(directory, "first/python"), { recursive: true });
    const on = () => seal(["python", "up"], `${join(directory, "first")}:${join(directory, "bin")}`);
    const before = await on();
    appendFileSync(join(directory, "bin/python"), "evil");
    expect(await on()).not.toBe(before);
  });

  it("is refused where a pipe lies among the files", async () => {
    const { directory, seal } = program();
    execFileSync("mkfifo", [join(directory, "migrations/5.sql")]);
    await expect(seal()).rejects.toThrow("is a pipe or a socket");
    expect(await program().seal(["./run.sh", "--log=/dev/null"])).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is the same after a run, whose files lie in the same folder, and where an option is empty", async () => {
    const { directory, seal } = program();
    const before = await seal(["./run.sh", ".", "--prefix="]);
    mkdirSync(join(directory, ".schema-gate/runs"), { recursive: true });
    writeFileSync(join(directory, ".schema-gate/runs/audit.jsonl"), "{}");
    expect(await seal(["./run.sh", ".", "--prefix="])).toBe(before);
  });

  it("covers a folder below that is named like the one of the runs", async () => {
    const { directory, seal } = program();
    mkdirSync(join(directory, "app/.schema-gate"), { recursive: true });
    writeFileSync(join(directory, "app/.schema-gate/load.js"), "what was approved");
    const before = await seal(["./run.sh", "app"]);
    writeFileSync(join(directory, "app/.schema-gate/load.js"), "evil");
    expect(await seal(["./run.sh", "app"])).not.toBe(before);
  });

  it.each(["/", "/proc", "/sys", "/dev"])("is refused where a link leads to %s", async (target) => {
    const { directory, seal } = program();
    symlinkSync(target, join(directory, "migrations/all"));
    await expect(seal()).rejects.toThrow(`leads to ${target}, which cannot be sealed`);
  });

  it("covers a program that the PATH finds, and its arguments", async () => {
    const { directory, seal } = program();
    const before = await seal(["python", "up"]);
    expect(await seal(["python", "down"])).not.toBe(before);
    appendFileSync(join(directory, "bin/python"), "evil");
    expect(await seal(["python", "up"])).not.toBe(before);
  });
});
