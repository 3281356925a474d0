import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Holder,
  holderOf,
  holderText,
  mayLive,
  thisProcess,
  tryHoldFile,
} from "../../../lib/adapters/local/process-lock.js";
import { rolloutsFolder } from "../../../lib/adapters/local/rollouts-folder.js";

const folder = mkdtempSync(join(tmpdir(), "schema-gate-lock-"));
const program = join(folder, "hold.mjs");
const here = thisProcess();
const onMachine = here.namespace === "pid:[4026531836]";
/** Larger than any process id of Linux. */
const NOBODY = 2 ** 22 + 1;

/** Counts in a file, each time with the lock; `die` leaves the lock behind after that many. */
const COUNTS = `import { holdFile } from ${JSON.stringify(join(process.cwd(), "lib/adapters/local/process-lock.ts"))};
import { readFileSync, writeFileSync } from "node:fs";
const [, , lock, counter, times, die] = process.argv;
for (let n = 0; n < Number(times); n++) {
  const release = await holdFile(lock);
  writeFileSync(counter, String(Number(readFileSync(counter, "utf8")) + 1));
  if (n === Number(die)) process.kill(process.pid, "SIGKILL");
  release();
}
`;

beforeAll(async () => {
  const entry = join(folder, "hold.ts");
  writeFileSync(entry, COUNTS);
  await build({
    entryPoints: [entry],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error",
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function exit(child: ChildProcess): Promise<unknown> {
  const [code, signal] = await once(child, "exit");
  return signal ?? code;
}

describe("a file that names the process that works", () => {
  it("is one process's at a time, also where some are killed with it", async () => {
    const lock = join(folder, "counted.lock");
    const counter = join(folder, "counter");
    writeFileSync(counter, "0");
    const of = (times: number, die = -1) => fork(program, [lock, counter, String(times), String(die)]);
    const ended = await Promise.all([of(150), of(150), of(150), of(40, 39), of(60, 59), of(80, 79)].map(exit));
    expect(ended).toEqual([0, 0, 0, "SIGKILL", "SIGKILL", "SIGKILL"]);
    expect(readFileSync(counter, "utf8")).toBe("630");
    expect(readdirSync(folder).filter((name) => name.startsWith("counted.lock."))).toEqual([]);
  }, 60_000);

  const CASES: readonly (readonly [string, Partial<Holder>, boolean])[] = [
    ["a living process", { pid: process.pid }, true],
    ["a process that is gone", { pid: NOBODY }, false],
    ["a process of another host", { pid: NOBODY, host: "elsewhere" }, true],
    ["another machine of the same name", { pid: NOBODY, machine: "another", boot: "another" }, true],
    ["this machine before its last start", { pid: process.pid, boot: "before" }, here.machine === "" || !onMachine],
    ["a container of the same image, on a machine of another boot", { boot: "other", namespace: "pid:[1]" }, true],
    ["a process in another container of this host", { pid: NOBODY, namespace: "pid:[1]" }, true],
  ];
  it.each(CASES)("of %s", (name, of, lives) => {
    expect(mayLive({ ...here, ...of })).toBe(lives);
    const path = join(folder, `${name}.lock`);
    writeFileSync(path, JSON.stringify({ ...here, ...of }));
    const held = tryHoldFile(path);
    expect(typeof held).toBe(lives ? "object" : "function");
    if (typeof held === "function") held();
  });

  it("is named with the host, or the container, where it is not here", () => {
    expect(holderText({ ...here, pid: 7 })).toBe("process 7");
    expect(holderText({ ...here, pid: 7, host: "ci-2" })).toBe("process 7 on ci-2");
    expect(holderText({ ...here, pid: 7, namespace: "pid:[1]" })).toBe(
      `process 7 in another container of ${here.host}`,
    );
  });

  it.each([
    ["", null],
    ["{", null],
    [String(NOBODY), null],
    [String(process.pid), process.pid],
  ])("with %j in it, as a killed process or an earlier version left it", (text, holder) => {
    const path = join(folder, "left.lock");
    writeFileSync(path, text);
    expect(holderOf(path)?.pid ?? null).toBe(holder);
    rmSync(path);
  });
});

describe("a file that names the process", () => {
  const fresh = () => join(mkdtempSync(join(folder, "case-")), "run.lock");
  const gone = (more: Partial<Holder> = {}) => JSON.stringify({ ...here, pid: NOBODY, ...more });

  it.each([
    ["a folder", (path: string) => mkdirSync(path)],
    ["a link to nothing", (path: string) => symlinkSync(join(folder, "nowhere"), path)],
  ])("is neither held nor free where it is %s", (_, make) => {
    const path = fresh();
    make(path);
    expect(() => tryHoldFile(path)).toThrow(/run\.lock cannot be read .*, so who has it is not known/);
    expect(() => holderOf(path)).toThrow("cannot be read");
  });

  it("can be read by whoever can read its folder, whatever the umask", () => {
    const path = fresh();
    chmodSync(dirname(path), 0o2770);
    const umask = process.umask(0o077);
    try {
      tryHoldFile(path);
    } finally {
      process.umask(umask);
    }
    expect(statSync(path).mode & 0o777).toBe(0o660);
  });

  it("is another's where a person took it from us meanwhile", () => {
    const path = fresh();
    const first = tryHoldFile(path);
    rmSync(path);
    const second = tryHoldFile(path);
    if (typeof first !== "function" || typeof second !== "function") throw new Error("it was not held");
    first();
    expect(tryHoldFile(path)).toMatchObject({ pid: process.pid });
    second();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it("is taken over where one who took it over was killed too", () => {
    const path = fresh();
    for (const end of ["", ".takeover", ".takeover.takeover"]) writeFileSync(`${path}${end}`, gone());
    expect(typeof tryHoldFile(path)).toBe("function");
    expect(readdirSync(dirname(path))).toEqual(["run.lock"]);
  });

  it("is not waited for where one elsewhere may take it over", () => {
    const path = fresh();
    writeFileSync(path, gone());
    writeFileSync(`${path}.takeover`, gone({ host: "elsewhere" }));
    expect(tryHoldFile(path)).toMatchObject({ host: "elsewhere" });
  });
});

describe("rollouts of one folder", () => {
  it.each([
    ["of another host", { by: { ...here, pid: NOBODY, host: "elsewhere" } }, true],
    ["of a process that is gone", { by: { ...here, pid: NOBODY } }, false],
    ["of an earlier version", { pid: process.pid }, true],
    ["of an earlier version whose process is gone", { pid: NOBODY }, false],
  ])("%s", async (_, by, counts) => {
    const rollouts = mkdtempSync(join(folder, "rollouts-"));
    const other = { run: "other", since: "2026-01-01T00:00:00Z" };
    writeFileSync(join(rollouts, "other.json"), JSON.stringify({ ...other, tenants: ["h/d/"], ...by }));
    expect(await rolloutsFolder(rollouts).begin("mine", ["h/d/"], "2026-01-02T00:00:00Z")).toEqual(
      counts ? other : null,
    );
  });
});
