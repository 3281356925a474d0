import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { programSeal } from "../../../lib/adapters/local/program-seal.js";
import { temporaryFolder } from "../../review/harness.js";

function program() {
  const directory = join(temporaryFolder(), "app");
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
  let later = Date.now();
  const seal = (
    argv: readonly string[] = ["./run.sh", "up", "--config=settings.toml", "data"],
    path = join(directory, "bin"),
  ) => {
    // Installed packages are not looked at each time.
    later += 61_000;
    return programSeal({ argv, directory, migrations: join(directory, "migrations"), files: ["lib"], path }, later);
  };
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
    ["npx tsx migrate", "node_modules/tsx/dist/cli.mjs"],
    ["npx tsx migrate", "../node_modules/tsx/dist/cli.mjs"],
    ["npm run migrate", ".env"],
    ["alembic upgrade head", ".venv/lib/python3/site-packages/alembic/op.py"],
    ["yarn migrate", ".yarn/releases/yarn.cjs"],
  ])("covers what a runner reads: %s, %s", async (line, file) => {
    const { directory, seal } = program();
    mkdirSync(join(directory, dirname(file)), { recursive: true });
    writeFileSync(join(directory, file), "what was approved");
    const before = await seal(line.split(" "));
    writeFileSync(join(directory, file), "evil");
    expect(await seal(line.split(" "))).not.toBe(before);
  });

  const THROUGH: Readonly<Record<string, readonly [line: string, files: Readonly<Record<string, string>>]>> = {
    "an import of JavaScript": ["node m.mjs", { "m.mjs": 'import { up } from "./src/up.js";', "src/up.js": "x" }],
    "an import of an import": [
      "node m.mjs",
      { "m.mjs": 'import "./a.mjs"', "a.mjs": "export * from '../app/b.mjs'", "b.mjs": "x" },
    ],
    "an import of TypeScript, without its suffix": ["tsx m.ts", { "m.ts": 'import x from "./db"', "db.ts": "x" }],
    "an import by the name after it is built": ["tsx m.ts", { "m.ts": 'import x from "./db.js"', "db.ts": "x" }],
    "a folder that is imported": ["node m.cjs", { "m.cjs": 'require("./db")', "db/index.js": "x" }],
    "an import while it runs": ["node m.mjs", { "m.mjs": "await import(`./late.mjs`)", "late.mjs": "x" }],
    "a module of Python": ["python m.py", { "m.py": "from app.db import connect", "app/db.py": "x" }],
    "a module of Python next to it": ["python s/m.py", { "s/m.py": "import os, helper", "s/helper.py": "x" }],
    "a script of a script": ["./m.sh", { "m.sh": '#!/bin/sh\n. "$(dirname "$0")/lib.sh"\n', "lib.sh": "x" }],
    "a program of a script": ["./m.sh", { "m.sh": "#!/bin/sh\nnode tools/run.mjs\n", "tools/run.mjs": "x" }],
    "packages of a script": [
      "./m.sh",
      { "m.sh": "#!/bin/sh\nnpx prisma db push\n", "node_modules/prisma/index.js": "x" },
    ],
    "a program of package.json": [
      "npm run m",
      { "package.json": '{"scripts":{"m":"node tools/run.mjs"}}', "tools/run.mjs": "x" },
    ],
    "a program of a Makefile": ["make m", { Makefile: "m:\n\t./tools/run.sh up\n", "tools/run.sh": "x" }],
    "packages of the interpreter": [
      "./m",
      { m: "#!/usr/bin/env node\nrequire('pg')", "node_modules/pg/lib/index.js": "x" },
    ],
  };

  it.each(Object.keys(THROUGH))("covers what the program has executed: %s", async (what) => {
    const { directory, seal } = program();
    const [line = "", files = {}] = THROUGH[what] ?? [];
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(directory, dirname(file)), { recursive: true });
      writeFileSync(join(directory, file), text);
    }
    const before = await seal(line.split(" "));
    expect(await seal(line.split(" "))).toBe(before);
    writeFileSync(join(directory, Object.keys(files).at(-1) ?? ""), "y");
    expect(await seal(line.split(" "))).not.toBe(before);
  });

  it("leaves out what a script writes, and caches among packages", async () => {
    const { directory, seal } = program();
    mkdirSync(join(directory, "node_modules/.cache"), { recursive: true });
    writeFileSync(join(directory, "m.sh"), "#!/bin/sh\nnpx x >> ./log/out.log 2> err.txt\n");
    const before = await seal(["./m.sh"]);
    mkdirSync(join(directory, "log"));
    for (const file of ["log/out.log", "err.txt", "node_modules/.cache/x.js"])
      writeFileSync(join(directory, file), "written");
    expect(await seal(["./m.sh"])).toBe(before);
  });

  it("covers a program that a folder of the PATH has, relative to the config", async () => {
    const { directory, seal } = program();
    const before = await seal(["python", "up"], "./bin:/nowhere");
    appendFileSync(join(directory, "bin/python"), "evil");
    expect(await seal(["python", "up"], "./bin:/nowhere")).not.toBe(before);
  });

  it("reads a file again that was changed to one of the same size and time", async () => {
    const { directory, seal } = program();
    const file = join(directory, "run.sh");
    const long = new Date(Date.now() - 100_000);
    utimesSync(file, long, long);
    const before = await seal();
    writeFileSync(file, "RUN.SH");
    utimesSync(file, long, long);
    expect(await seal()).not.toBe(before);
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
