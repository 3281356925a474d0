import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readWorkloadSources, type WorkloadSources } from "../../../lib/adapters/local/workload-sources.js";

const NONE = { saved: [], sql: [], code: [], versions: [], logs: [], databases: null };

function folder(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), "schema-gate-workload-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  write(directory, files);
  return directory;
}

function write(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
}

const read = (directory: string, sources: Partial<WorkloadSources>) =>
  readWorkloadSources({ directory, ...NONE, ...sources });

const rust = (sql: string) => `async fn f() { sqlx::query!("${sql}").execute(p).await; }\n`;

describe("versions of the repository", () => {
  function repository(): string {
    const directory = folder({ "app/src/a.rs": rust("select a from old"), "app/src/query.sql": "" });
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
        cwd: directory,
        stdio: "pipe",
      });
    git("init", "-q");
    git("add", ".");
    git("commit", "-qm", "one");
    git("tag", "v1.8");
    write(directory, { "app/src/a.rs": rust("select a from fresh"), "app/src/ü b.rs": rust("select c from shared") });
    git("add", ".");
    git("commit", "-qm", "two");
    git("tag", "-a", "v1.9", "-m", "annotated");
    write(directory, { "app/src/a.rs": "not committed" });
    return directory;
  }

  it("reads each as it was, from anywhere in the repository, and leaves the checkout alone", async () => {
    const directory = repository();
    const status = () => execFileSync("git", ["status", "--porcelain"], { cwd: directory, encoding: "utf8" });
    const before = status();
    const workload = await read(join(directory, "app"), { versions: ["v1.8", "v1.9"] });
    expect(workload.versions).toEqual(["v1.8", "v1.9"]);
    expect(workload.queries.map(({ text, versions }) => `${text} ${versions}`).sort()).toEqual([
      "select a from fresh v1.9",
      "select a from old v1.8",
      "select c from shared v1.9",
    ]);
    expect(status()).toBe(before);
  });

  it.each(["v2.0", "--upload-pack=x", "v1.8:app", ""])("names the version %j that is not there", async (version) => {
    await expect(read(repository(), { versions: [version] })).rejects.toThrow(
      /^version .*: the repository .* has no tag, branch or commit/,
    );
  });

  it("says where there is no repository", async () => {
    await expect(read(folder({}), { versions: ["v1"] })).rejects.toThrow(/lies in no git repository/);
  });
});

describe("logs of PostgreSQL", () => {
  const csv = (time: string, message: string, database = "shop") =>
    `${time} UTC,"app","${database}",1,"[local]",1.1,1,"SELECT",${time} UTC,1/1,0,LOG,00000,"${message.replaceAll('"', '""')}",,,,,,,,,"psql","client backend",,0\n`;

  it.each([
    [
      "csvlog",
      csv("2026-11-29 08:00:00.000", "duration: 2.000 ms  statement: select \"a\" from t\nwhere b = 'secret'") +
        csv("2026-11-29 08:30:00.000", 'duration: 4.000 ms  execute s1: select "a" from t\nwhere b = $1') +
        csv("2026-11-29 09:00:00.000", "duration: 9.000 ms  bind s1: select a from bound") +
        csv("2026-11-29 10:00:00.000", "statement: select a from elsewhere", "other"),
    ],
    [
      "jsonlog",
      `${JSON.stringify({ timestamp: "2026-11-29 08:00:00.000 UTC", user: "app", dbname: "shop", message: "duration: 2.000 ms  statement: select \"a\" from t where b = 'secret'" })}
${JSON.stringify({ timestamp: "2026-11-29 08:30:00.000 UTC", user: "app", dbname: "shop", message: 'duration: 4.000 ms  execute <unnamed>: select "a" from t where b = $1', detail: "Parameters: $1 = 'secret'" })}
broken {
${JSON.stringify({ timestamp: "2026-11-29 10:00:00.000 UTC", user: "app", dbname: "other", message: "statement: select a from elsewhere" })}
`,
    ],
    [
      "stderr",
      `2026-11-29 08:00:00 UTC [1] app@shop LOG:  duration: 2.000 ms  statement: select "a" from t
\twhere b = 'secret'
2026-11-29 08:30:00 UTC [1] app@shop LOG:  duration: 4.000 ms  execute <unnamed>: select "a" from t
\twhere b = $1
2026-11-29 08:30:00 UTC [1] app@shop DETAIL:  Parameters: $1 = 'secret'
2026-11-29 10:00:00 UTC [1] app@other LOG:  statement: select a from elsewhere
`,
    ],
  ])("%s: one query with its calls, its role and no value", async (_form, text) => {
    const workload = await read(folder({ log: text }), { logs: ["log"], databases: new Set(["shop"]) });
    expect(workload.queries).toHaveLength(1);
    expect(workload.queries[0]).toMatchObject({ role: "app", calls: 2, callsPerHour: 1, meanMs: 3 });
    expect(workload.unexamined).toEqual([{ reason: "other-database", count: 1, calls: 1, places: ["log"] }]);
    expect(JSON.stringify(workload)).not.toContain("secret");
  });

  it("says that a log holds no statement", async () => {
    const workload = await read(folder({ log: "2026-11-29 08:00:00 UTC [1] LOG:  checkpoint starting: time\n" }), {
      logs: ["log"],
    });
    expect(workload.remarks).toEqual(["log logs no statement: see log_statement and log_min_duration_statement."]);
  });
});

describe("what was named and cannot be read", () => {
  it.each([
    [{ saved: ["no.json"] }, "no.json is not there"],
    [{ sql: ["no"] }, "no is not there"],
    [{ code: ["no"] }, "no is not there"],
    [{ logs: ["no.log"] }, "no.log is not there"],
    [{ saved: ["text.json"] }, "text.json is not JSON"],
    [{ saved: ["other.json"] }, /^other.json is no workload: format: /],
    [{ saved: ["future.json"] }, /^future.json is no workload: format: /],
  ])("%j", async (sources, message) => {
    const directory = folder({ "text.json": "{", "other.json": "{}", "future.json": '{"format": 2}' });
    await expect(read(directory, sources)).rejects.toThrow(message);
  });
});
