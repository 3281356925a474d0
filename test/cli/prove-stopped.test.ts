import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { onServer, serverUrl } from "../support/postgres.js";

const PROGRAM = join(import.meta.dirname, "../../dist/bin/schema-gate.js");
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "prove-stopped-"));
  writeFileSync(join(root, "1_a.up.sql"), "create table a (id int primary key);");
  writeFileSync(join(root, "2_b.up.sql"), "do $$ begin loop perform 47114711; end loop; end $$;");
});
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true });
});

const databases = async () =>
  (await onServer("18", "select datname from pg_database where starts_with(datname, 'schema_gate_prove_')")).rows;
const scratch = () =>
  ["/dev/shm", tmpdir()]
    .filter((parent) => existsSync(parent))
    .flatMap((parent) => readdirSync(parent).map((name) => join(parent, name)))
    .filter((path) => /schema-gate-prove-\d+-/.test(path));

function start(...args: string[]): { readonly child: ChildProcess; readonly output: () => string } {
  const child = spawn(process.execPath, [PROGRAM, "prove", ".", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (text += String(chunk)));
  return { child, output: () => text };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await holds()); ) {
    if (Date.now() > deadline) throw new Error("it did not come to that");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const looping = async () =>
  (
    await onServer(
      "18",
      "select 1 from pg_stat_activity where state = 'active' and query like '%47114711%' and pid <> pg_backend_pid()",
    )
  ).rows.length > 0;

it.each(["SIGINT", "SIGTERM"] as const)(
  "%s: what was proved is said, and nothing is left on the server",
  async (signal) => {
    const { child, output } = start("--url", serverUrl("18"));
    await until(looping);
    child.kill(signal);
    const [code] = await once(child, "exit");
    expect(code, output()).toBe(3);
    expect(output()).toMatch(/1_a +ok +exact/);
    expect(output()).toContain("1 of 2 migrations are not proved; nothing was left behind");
    // Other tests prove on this server too; what this one left would stay.
    await until(async () => (await databases()).length === 0);
    expect(await looping()).toBe(false);
  },
);

it("kill -9: the next start clears the server", async () => {
  const { child } = start("--url", serverUrl("18"));
  await until(looping);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect((await databases()).length).toBeGreaterThan(0);
  writeFileSync(join(root, "2_b.up.sql"), "create table b (id int);");
  const next = start("--url", serverUrl("18"));
  const [code] = await once(next.child, "exit");
  expect(code, next.output()).toBe(0);
  await until(async () => (await databases()).length === 0);
});

it("with a server of its own nothing is left in the memory of the machine, and the next start clears what kill -9 left", async () => {
  const before = scratch();
  const { child } = start();
  const made = () => scratch().find((path) => !before.includes(path)) ?? "";
  // More than the three that every server has: the proof has begun.
  await until(async () => {
    const databases = join(made(), "server", "data", "base");
    return existsSync(databases) && readdirSync(databases).filter((name) => /^\d+$/.test(name)).length > 3;
  });
  const path = made();
  child.kill("SIGINT");
  expect((await once(child, "exit"))[0]).toBe(3);
  expect(existsSync(path)).toBe(false);
  // A directory whose process is gone, as kill -9 leaves it, and one of a process that lives.
  const [dead, alive] = [`schema-gate-prove-${child.pid}-left`, `schema-gate-prove-${process.pid}-mine`].map((name) =>
    join(tmpdir(), name),
  );
  for (const path of [dead, alive]) mkdirSync(path ?? "");
  try {
    writeFileSync(join(root, "2_b.up.sql"), "create table b (id int);");
    expect((await once(start().child, "exit"))[0]).toBe(0);
    expect([existsSync(dead ?? ""), existsSync(alive ?? "")]).toEqual([false, true]);
  } finally {
    for (const path of [dead, alive]) rmSync(path ?? "", { recursive: true, force: true });
  }
});
