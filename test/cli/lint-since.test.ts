import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { schemaGate } from "../support/captured-io.js";

const root = mkdtempSync(join(tmpdir(), "lint-since-"));
const repository = join(root, "repository");
afterAll(() => rmSync(root, { recursive: true, force: true }));

const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=ada", "-c", "user.email=ada@example.com", ...args], {
    cwd: repository,
    encoding: "utf8",
  }).trim();
const write = (name: string, text: string) => writeFileSync(join(repository, name), text);
const index = (table: string) => `CREATE INDEX ${table}_email ON ${table} (email);\n`;

const lint = (...args: string[]) => schemaGate(repository, ["lint", "db/migrations", ...args]);
async function files(...args: string[]): Promise<readonly (string | undefined)[]> {
  const { findings } = JSON.parse((await lint(...args, "--json")).stdout) as {
    findings: { source?: { file: string }; severity: string }[];
  };
  return [...new Set(findings.filter(({ severity }) => severity === "error").map(({ source }) => source?.file))].sort();
}

beforeAll(() => {
  mkdirSync(join(repository, "db", "migrations"), { recursive: true });
  git("init", "--quiet", "--initial-branch=main");
  write("db/migrations/001_old.sql", index("users"));
  git("add", ".");
  git("commit", "--quiet", "-m", "Begin");
  git("checkout", "--quiet", "-b", "feature");
  write("db/migrations/002_committed.sql", index("teams"));
  git("add", ".");
  git("commit", "--quiet", "-m", "Add an index");
  write("db/migrations/003_é new.sql", index("orders"));
  git("checkout", "--quiet", "main");
  write("db/migrations/009_on_main.sql", index("plans"));
  git("add", "db/migrations/009_on_main.sql");
  git("commit", "--quiet", "-m", "Go on elsewhere");
  git("checkout", "--quiet", "feature");
});

describe("lint --since", () => {
  it("reports what the branch changed: committed, and not tracked yet", async () => {
    expect(await files()).toHaveLength(3);
    expect(await files("--since", "main")).toEqual(["db/migrations/002_committed.sql", "db/migrations/003_é new.sql"]);
    const { stdout } = await lint("--since", "main");
    expect(stdout).toContain("2 of 3 files changed since main: 2 errors");
  });

  it("reports a file of before once it is edited", async () => {
    write("db/migrations/001_old.sql", `${index("users")}-- edited\n`);
    expect(await files("--since", "main")).toContain("db/migrations/001_old.sql");
    git("checkout", "--quiet", "--", "db/migrations/001_old.sql");
    expect(await files("--since", "main")).not.toContain("db/migrations/001_old.sql");
  });

  it("passes a branch that changed no migration, whatever is in the folder", async () => {
    const { code, stdout } = await schemaGate(repository, ["lint", "db/migrations/001_old.sql", "--since", "main"]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "0 of 1 file changed since main: 0 errors, 0 warnings, 0 notes.\n",
    });
  });

  it.each([
    ["a ref that is not there", "origin/main", "origin/main is not a commit of this checkout"],
    ["an option for a ref", "--output=x", "--output=x is not a commit of this checkout"],
  ])("%s ends with what to do", async (_, ref, message) => {
    const { code, stderr } = await lint(`--since=${ref}`);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain("git fetch --unshallow origin");
  });

  it("a shallow checkout that does not hold where the branch began is no pass", async () => {
    const shallow = join(root, "shallow");
    execFileSync("git", ["clone", "--quiet", "--depth=1", "--no-single-branch", `file://${repository}`, shallow]);
    const { code, stderr } = await schemaGate(shallow, ["lint", "db/migrations", "--since", "origin/main"]);
    expect(code).toBe(2);
    expect(stderr).toContain("does not hold where its branch left origin/main");
  });

  it("takes a repository within, and a submodule, for changed as a whole", async () => {
    const inner = join(repository, "db", "migrations", "inner");
    mkdirSync(inner);
    writeFileSync(join(inner, "010_inner.sql"), index("inner"));
    execFileSync("git", ["init", "--quiet"], { cwd: inner });
    expect(await files("--since", "main")).toContain("db/migrations/inner/010_inner.sql");
    rmSync(inner, { recursive: true });
  });

  it("is no pass where git fails on the way", async () => {
    const path = join(repository, ".git", "index");
    const kept = readFileSync(path);
    writeFileSync(path, "broken");
    const { code, stderr } = await lint("--since", "main");
    writeFileSync(path, kept);
    expect(code).toBe(3);
    expect(stderr).toContain("What changed since main is not known");
  });

  it("outside of a repository says so", async () => {
    const outside = join(root, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "a.sql"), index("users"));
    const { code, stderr } = await schemaGate(outside, ["lint", "a.sql", "--since", "main"]);
    expect(code).toBe(2);
    expect(stderr).toContain("is not in a git repository");
  });
});

describe("places for code scanning", () => {
  it("are relative to the root of the repository, wherever the command ran", async () => {
    const below = join(repository, "db");
    const { stdout } = await schemaGate(below, ["lint", "migrations", "--since", "main", "--format", "sarif"]);
    expect(stdout).toContain('"uri": "db/migrations/002_committed.sql"');
    expect(stdout).toContain('"uri": "db/migrations/003_%C3%A9%20new.sql"');
    const github = await schemaGate(below, ["lint", "migrations", "--since", "main", "--format", "github"]);
    expect(github.stdout).toContain("::error file=db/migrations/002_committed.sql,line=1,");
  });
});
