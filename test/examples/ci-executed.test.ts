import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { packageRoot } from "../../lib/adapters/local/package-root.js";

/** What GitHub and GitLab would do of a job's script: `bash -e`, the file's variables, the checkout of a pull request. */
const root = mkdtempSync(join(tmpdir(), "ci-executed-"));
const programs = join(root, "programs");
afterAll(() => rmSync(root, { recursive: true, force: true }));

function program(name: string, script: string): void {
  writeFileSync(join(programs, name), `#!/bin/bash\n${script}\n`);
  chmodSync(join(programs, name), 0o755);
}

beforeAll(() => {
  mkdirSync(programs);
  // In place of npx, which would fetch the released package: the program as it was just built.
  program("npx", `shift 2\nexec "${process.execPath}" "${packageRoot()}/dist/bin/schema-gate.js" "$@"`);
  // A simulated gh: keeps the comment that it was to post.
  program("gh", 'while [ "$1" != --body-file ]; do shift; done\ncp "$2" posted.md');
});

/** A checkout whose branch adds a migration to one that main has. */
function checkout(name: string, migration: string): string {
  const folder = join(root, name);
  mkdirSync(join(folder, "migrations"), { recursive: true });
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=ada", "-c", "user.email=ada@example.com", ...args], { cwd: folder });
  git("init", "--quiet", "--initial-branch=main");
  writeFileSync(
    join(folder, "migrations", "001_users.sql"),
    "CREATE TABLE users (id bigint PRIMARY KEY, email text);\n",
  );
  git("add", ".");
  git("commit", "--quiet", "-m", "Begin");
  git("update-ref", "refs/remotes/origin/main", "HEAD");
  git("checkout", "--quiet", "-b", "feature");
  writeFileSync(join(folder, "migrations", "002_change.sql"), migration);
  git("add", ".");
  git("commit", "--quiet", "-m", "Change");
  return folder;
}

function bash(cwd: string, script: string, env: Readonly<Record<string, string>>) {
  const { PATH = "", HOME = "" } = process.env;
  const ended = spawnSync("bash", ["-eo", "pipefail", "-c", script], {
    cwd,
    encoding: "utf8",
    env: { PATH: `${programs}:${PATH}`, HOME, SCHEMA_GATE_STATE: join(root, "state"), ...env },
  });
  return { ...ended, said: `${ended.stdout}${ended.stderr}` };
}

const SAFE = "SET lock_timeout = '2s';\nALTER TABLE users ADD COLUMN age integer;\n";
const UNSAFE = "CREATE INDEX users_email ON users (email);\n";

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the steps of the pull request's job; what an earlier step ended with stands in for GitHub's expressions. */
function pullRequest(folder: string): Readonly<Record<string, boolean>> {
  const text = readFileSync(join(packageRoot(), "examples/github-actions/schema-gate.yml"), "utf8");
  const steps = (parse(text) as { jobs: { migrations: { steps: Step[] } } }).jobs.migrations.steps;
  const outcomes: Record<string, boolean> = {};
  for (const { id, name = "", run } of steps) {
    if (run === undefined) continue;
    const script = run
      .replace(/\$\{\{ steps\.(\w+)\.outcome \}\}/g, (_, step: string) => (outcomes[step] ? "success" : "failure"))
      .replace(/\$\{\{ github\.event\.pull_request\.number \}\}/g, "7");
    outcomes[id ?? name] = bash(folder, script, { GITHUB_BASE_REF: "main", GH_TOKEN: "simulated" }).status === 0;
  }
  return outcomes;
}

describe("the GitHub workflow of a pull request, executed", () => {
  it("passes a change that is safe and can be rolled back, and comments on it", { timeout: 180_000 }, () => {
    const folder = checkout("github-safe", SAFE);
    expect(pullRequest(folder)).toEqual({ lint: true, queries: true, prove: true, Comment: true, Verdict: true });
    expect(readFileSync(join(folder, "posted.md"), "utf8")).toContain("Schema Gate: lint");
  });

  it("fails one that is not, with the place for code scanning", { timeout: 180_000 }, () => {
    const folder = checkout("github-unsafe", UNSAFE);
    expect(pullRequest(folder)).toMatchObject({ lint: false, Comment: true, Verdict: false });
    const { runs } = JSON.parse(readFileSync(join(folder, "lint.sarif"), "utf8"));
    const [location] = runs[0].results[0].locations;
    expect(location.physicalLocation.artifactLocation.uri).toBe("migrations/002_change.sql");
  });
});

describe("the GitLab jobs of a merge request, executed", () => {
  const text = readFileSync(join(packageRoot(), "examples/gitlab/schema-gate.gitlab-ci.yml"), "utf8");
  const jobs = parse(text) as Record<string, { script: string[] }>;
  const run = (folder: string, job: string) => {
    const base = execFileSync("git", ["rev-parse", "main"], { cwd: folder, encoding: "utf8" }).trim();
    return bash(folder, (jobs[job]?.script ?? ["false"]).join("\n"), { CI_MERGE_REQUEST_DIFF_BASE_SHA: base });
  };

  it("pass a change that is safe and can be rolled back", { timeout: 180_000 }, () => {
    const folder = checkout("gitlab-safe", SAFE);
    for (const job of ["schema-gate lint", "schema-gate prove"]) {
      const { status, said } = run(folder, job);
      expect(status, said).toBe(0);
    }
    expect(existsSync(join(folder, "lint.xml"))).toBe(true);
  });

  it("fail one that is not, and keep the report", { timeout: 180_000 }, () => {
    const folder = checkout("gitlab-unsafe", UNSAFE);
    expect(run(folder, "schema-gate lint").status).toBe(1);
    expect(readFileSync(join(folder, "lint.xml"), "utf8")).toContain("002_change.sql");
  });
});
