import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseName } from "../../lib/cli/commands/demo/tenants.js";
import { wordsOf } from "../support/command-line.js";
import { type CommandResult, ended, TestFleet, until } from "../support/fleet.js";
import { commandLines, PAGES } from "../support/pages.js";

/** What prose leaves out when it names a command without what it works on. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  contract: ["migrations"],
  lint: ["migrations"],
  prove: ["migrations"],
  repair: ["--tenant", "TENANT"],
  report: ["RUN"],
  rewrite: ["migrations"],
  workload: ["show", "--sql", "queries"],
};

/** Read by `commands.test.ts`, and executed where the stack is. */
const needsAws = (line: string) => /\s--aws\b/.test(line);

const DECIDING = new Set(["run", "status --watch"]);
const AFTERWARDS = new Set(["audit", "kept", "report", "status"]);

const isDry = (line: string) => line.includes("--dry-run");

/** Before the first run, with a run that waits, after it, or when it is taken back. */
function part(line: string): "before" | "deciding" | "after" | "back" {
  const [name = ""] = wordsOf(line);
  if (name === "rollback") return "back";
  if (DECIDING.has(line) || ["approve", "backfill", "pause", "reject", "resume", "speed"].includes(name))
    return "deciding";
  return AFTERWARDS.has(name) ? "after" : "before";
}

const lines = [...new Set(PAGES.flatMap(commandLines).map(({ line }) => line))]
  .filter((line) => !needsAws(line))
  .sort();
const linesOf = (wanted: ReturnType<typeof part>) => lines.filter((line) => part(line) === wanted);

describe("every command that a page shows, in the order of a fleet's day", () => {
  let fleet: TestFleet;
  const newcomers: string[] = [];

  beforeAll(async () => {
    fleet = await TestFleet.create(3);
    const folder = (...names: string[]) => mkdirSync(join(fleet.directory, ...names), { recursive: true });
    folder("migrations");
    folder("new", "migrations");
    const sql = "CREATE TABLE app.notes (id bigint PRIMARY KEY);\n";
    for (const place of ["migrations", "new/migrations"])
      writeFileSync(join(fleet.directory, place, "1_notes.sql"), sql);
    // The user's own scripts and repository, that the pages speak of.
    for (const script of ["keep-in-s3.sh", "keep-in-rekor.sh"])
      writeFileSync(join(fleet.directory, script), '#!/bin/sh\ntest -s "$SCHEMA_GATE_ANCHOR"\n', { mode: 0o755 });
    folder("src");
    folder("queries");
    writeFileSync(join(fleet.directory, "src", "main.rs"), 'fn a() { sqlx::query!("select 1 as one"); }\n');
    writeFileSync(join(fleet.directory, "queries", "one.sql"), "select 2 as two;\n");
    writeFileSync(
      join(fleet.directory, "fill.sql"),
      "-- schema-gate: backfill by id\nUPDATE app.users SET email = lower(email) WHERE email <> lower(email);\n",
    );
    writeFileSync(join(fleet.directory, "postgresql.csv"), "");
    const git = (...words: string[]) => execFileSync("git", ["-C", fleet.directory, ...words], { stdio: "ignore" });
    git("init", "--quiet");
    git("add", "src", "queries");
    git("-c", "user.name=ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "-m", "Begin");
    for (const tag of ["v1.8", "v1.9"]) git("tag", tag);
    git("config", "user.name", "ada");
    git("config", "user.email", "ada@example.com");
    expectSense("diff", await execute("diff env:GOLDEN_URL --save golden.json"));
    for (const file of ["workload.json", "a.json", "b.json"])
      expectSense(file, await execute(`workload save ${file} --sql queries --code src`));
  });
  afterAll(() => fleet.destroy());

  /** What a page writes in capitals, as it is in this fleet. */
  function meant(word: string): string {
    const names: Readonly<Record<string, string>> = {
      A: "golden.json",
      B: "env:TENANT_URL",
      FILE: "workload.json",
      COPY: fleet.runs().at(-1) ?? "",
      FOLDER: "migrations",
      OTHER: fleet.runs().at(-1) ?? "",
      PATH: "migrations",
      PERCENT: "50",
      RUN: fleet.runs().at(-1) ?? "",
      SERVER: "env:GOLDEN_URL",
      TENANT: fleet.tenants[0] ?? "",
      acme: fleet.tenants[0] ?? "",
      "audit-key.pub.pem": join(process.env.SCHEMA_GATE_STATE ?? "", "keys", "audit-key.pub.pem"),
    };
    if (word === "postgres://app@staging/shop") return fleet.server.url(databaseName(fleet.tenants[0] ?? ""));
    return names[word] ?? word;
  }

  function start(line: string) {
    const url = (tenant = "") => fleet.server.url(databaseName(tenant));
    const [golden, tenant] = fleet.tenants;
    const words = complete(wordsOf(line)).map(meant);
    // A config is there already, so that `init` has a folder of its own.
    const directory = words[0] === "init" ? join(fleet.directory, "new") : fleet.directory;
    return fleet.start(words, { GOLDEN_URL: url(golden), TENANT_URL: url(tenant) }, directory);
  }

  function execute(line: string): Promise<CommandResult> {
    return ended(start(line));
  }

  /** A command that has said something and goes on. */
  async function saying(line: string, text: string) {
    const child = start(line);
    const end = ended(child);
    let said = "";
    child.stderr?.on("data", (chunk) => {
      said += chunk;
    });
    await until(() => {
      if (child.exitCode !== null) throw new Error(`${line} ended: ${said}`);
      return said.includes(text);
    }, `${line} says ${text}`);
    return { child, end };
  }

  /** A run as the pages begin it, or go on with it, that waits for its approval. */
  const waitingRun = (line: string) => saying(line, "Waiting for an approval");

  const isService = (line: string) => /^watch .*--every/.test(line);
  const makesTenant = (line: string) => wordsOf(line)[0] === "provision";
  it.each(linesOf("before").filter((line) => !isService(line) && !makesTenant(line)))("schema-gate %s", async (line) =>
    expectSense(line, await execute(line)),
  );

  it.each(lines.filter(makesTenant))("schema-gate %s, each for a tenant that the registry just got", async (line) => {
    const tenant = `new-${lines.indexOf(line)}`;
    newcomers.push(tenant);
    fleet.writeRegistry([...fleet.tenants, ...newcomers]);
    const options = wordsOf(line).filter((word) => word.startsWith("-"));
    const made = await execute(["provision", tenant, ...options].join(" "));
    expect(made.code, `${line}\n${made.stderr}`).toBe(0);
  });

  it.each(lines.filter(isService))("schema-gate %s, until it is stopped", async (line) => {
    const { child, end } = await saying(line, "Watching");
    child.kill("SIGTERM");
    expect(await end).toMatchObject({ code: 0 });
  });

  it("the decisions, each on a run that waits", async () => {
    const named = (name: string) => linesOf("deciding").filter((line) => wordsOf(line)[0] === name);
    for (const line of named("reject")) {
      const run = await waitingRun("run");
      expect(await execute(line), line).toMatchObject({ code: 0 });
      expect(await run.end).toMatchObject({ code: 1 });
    }
    const [approval = "", ...others] = named("approve");
    expect(others).toEqual([]);
    for (const line of named("backfill").sort((a, b) => Number(isDry(b)) - Number(isDry(a)))) {
      if (isDry(line)) {
        expectSense(line, await execute(line));
        continue;
      }
      const waits = await waitingRun(line);
      expect(await execute(approval), line).toMatchObject({ code: 0 });
      expect(await waits.end, line).toMatchObject({ code: 0 });
    }
    // Killed while it waits, once for each way to go on with it; then approved, which only one line can do.
    let run = await waitingRun("run");
    // What is paused here, the first resume lets go on.
    for (const line of [...named("speed"), ...named("pause")])
      expect(await execute(line), line).toMatchObject({ code: 0 });
    for (const line of named("resume").sort((a, b) => Number(isDry(b)) - Number(isDry(a)))) {
      run.child.kill("SIGKILL");
      await run.end;
      if (isDry(line)) expectSense(line, await execute(line));
      else run = await waitingRun(line);
    }
    const watched = execute("status --watch");
    expect(await execute(approval), approval).toMatchObject({ code: 0 });
    expect(await run.end).toMatchObject({ code: 0 });
    const seen = await watched;
    expect(seen.code, seen.stderr + seen.stdout).toBe(0);
  }, 180_000);

  it.each(linesOf("after"))("schema-gate %s", async (line) => expectSense(line, await execute(line)));

  // What is shown first, one tenant, all of them; there is no terminal that could ask.
  const weight = (line: string) => (isDry(line) ? 0 : line.includes("--tenant") ? 1 : 2);
  it.each(linesOf("back").sort((a, b) => weight(a) - weight(b)))("schema-gate %s", async (line) => {
    const answered = isDry(line) || line.includes("--yes") ? line : `${line} --yes`;
    const end = await execute(answered);
    expect(end.code, `${line}\n${end.stderr}`).toBe(0);
  });
});

function complete(words: readonly string[]): readonly string[] {
  const [name = "", ...rest] = words;
  return rest.every((word) => word.startsWith("-")) ? [name, ...rest, ...(LEFT_OUT[name] ?? [])] : words;
}

/** It did its work: yes, no, and no confusion about what was asked. */
function expectSense(line: string, { code, stderr }: CommandResult): void {
  expect([0, 1], `${line}\n${stderr}`).toContain(code);
  expect(stderr).not.toMatch(/ {4}at /);
}
