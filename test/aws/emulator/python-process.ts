import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../lib/adapters/local/free-port.js";
import type { Emulator } from "./emulator.js";
import { untilHealthy } from "./until-healthy.js";
import { virtualEnvironment } from "./virtual-environment.js";

export interface PythonEmulator extends Pick<Emulator, "name" | "functionsAreProcesses" | "context"> {
  /** Folder with its `start.py`, which ends when its standard input does, and its locked `requirements.txt`. */
  readonly sources: string;
  /** Where its packages are kept between runs. */
  readonly cache: string;
  /** Its settings, given a folder of its own and the port it shall listen to on the loopback interface. */
  environment(directory: string, port: number): Readonly<Record<string, string>>;
}

/** An emulator as a child process of ours: needs Python and, the first time, PyPI. */
export async function startPythonEmulator(emulator: PythonEmulator): Promise<Emulator> {
  const { sources, cache, name, functionsAreProcesses, context } = emulator;
  const python = await virtualEnvironment(join(sources, "requirements.txt"), cache);
  const directory = mkdtempSync(join(tmpdir(), "schema-gate-emulator-"));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const log = join(directory, "emulator.log");
  const output = openSync(log, "a", 0o600);
  const child = spawn(python, [join(sources, "start.py")], {
    cwd: directory,
    // A process group of its own: Ctrl-C in the terminal must reach the tests first.
    detached: true,
    stdio: ["pipe", output, output],
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      TMPDIR: directory,
      PYTHONPATH: sources,
      PYTHONPYCACHEPREFIX: join(cache, "bytecode"),
      ...emulator.environment(directory, port),
    },
  });
  const stop = async () => {
    await stopped(child);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await untilHealthy(endpoint, () => (child.exitCode === null ? null : `it ended; its log ends with:\n${tail(log)}`));
  } catch (error) {
    await stop();
    throw error;
  }
  return { name, endpoint, functionsAreProcesses, context, stop };
}

/** The end of its standard input tells it, and after a while it is told by the operating system. */
function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const last = setTimeout(() => child.kill("SIGKILL"), 15_000);
    child.once("exit", () => {
      clearTimeout(last);
      resolve();
    });
    child.stdin?.end();
  });
}

function tail(log: string): string {
  return readFileSync(log, "utf8").trimEnd().split("\n").slice(-8).join("\n");
}
