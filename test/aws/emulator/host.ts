import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../lib/adapters/local/free-port.js";
import type { Emulator } from "./emulator.js";
import { untilHealthy } from "./until-healthy.js";
import { virtualEnvironment } from "./virtual-environment.js";

const SOURCES = fileURLToPath(new URL("../localstack", import.meta.url));
const CACHE = fileURLToPath(new URL("../../../.cache/localstack", import.meta.url));

/** LocalStack as a child process of ours, with a Node.js process per Lambda: needs Python and, the first time, PyPI. */
export async function startHost(): Promise<Emulator> {
  const python = await virtualEnvironment(join(SOURCES, "requirements.txt"), CACHE);
  const directory = mkdtempSync(join(tmpdir(), "schema-gate-localstack-"));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const log = join(directory, "localstack.log");
  const child = launch(python, directory, port, log);
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
  return { name: "LocalStack 4.9.2 in host mode", endpoint, functionsAreProcesses: true, stop };
}

function launch(python: string, directory: string, port: number, log: string): ChildProcess {
  const output = openSync(log, "a", 0o600);
  return spawn(python, [join(SOURCES, "start.py")], {
    cwd: directory,
    // A process group of its own: Ctrl-C in the terminal must reach the tests first.
    detached: true,
    stdio: ["pipe", output, output],
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      TMPDIR: directory,
      FILESYSTEM_ROOT: directory,
      PYTHONPATH: SOURCES,
      PYTHONPYCACHEPREFIX: join(CACHE, "bytecode"),
      NODE_PROCESS_NODE: process.execPath,
      GATEWAY_LISTEN: `127.0.0.1:${port}`,
      GATEWAY_SERVER: "hypercorn",
      LAMBDA_RUNTIME_EXECUTOR: "node_process",
      LAMBDA_IGNORE_ARCHITECTURE: "1",
      DNS_ADDRESS: "0",
      SKIP_SSL_CERT_DOWNLOAD: "1",
      DISABLE_EVENTS: "1",
      // It would refuse the form of the review page, which is sent from the page's own address.
      DISABLE_CORS_CHECKS: "1",
    },
  });
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
