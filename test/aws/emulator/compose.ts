import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Emulator, NoEmulator } from "./emulator.js";
import { untilHealthy } from "./until-healthy.js";

const run = promisify(execFile);
const FILE = fileURLToPath(new URL("compose.yaml", import.meta.url));
const ENDPOINT = "http://127.0.0.1:4566";
const PROJECT = "schema-gate-test-aws";

/** LocalStack in Docker, where an engine answers. */
export async function startCompose(): Promise<Emulator> {
  await answering();
  const compose = (...args: readonly string[]) =>
    run("docker", ["compose", "--file", FILE, "--project-name", PROJECT, ...args], { timeout: 600_000 });
  const stop = async () => {
    await compose("down", "--volumes", "--timeout", "10");
  };
  try {
    await compose("up", "--detach", "--quiet-pull");
    await untilHealthy(ENDPOINT, () => null);
  } catch (error) {
    await stop().catch(() => {});
    throw new NoEmulator(`docker compose could not start LocalStack: ${lastLine(error)}`);
  }
  return {
    name: "LocalStack 4.9.2 in Docker",
    endpoint: ENDPOINT,
    functionsAreProcesses: false,
    context: ["recordEnds=none"],
    stop,
  };
}

async function answering(): Promise<void> {
  try {
    await run("docker", ["info", "--format", "{{.ServerVersion}}"], { timeout: 10_000 });
    await run("docker", ["compose", "version"], { timeout: 10_000 });
  } catch {
    throw new NoEmulator("no Docker engine with compose answers");
  }
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr || message).trim().split("\n").at(-1) ?? "";
}
