import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { NoEmulator } from "./emulator.js";

const run = promisify(execFile);
const INTERPRETERS = ["python3", "python3.13", "python3.12", "python3.11"];
const OLDEST = [3, 11] as const;

/**
 * The Python interpreter of a virtual environment with exactly the packages of a locked requirements file, made when there is none yet
 * below `cache`. Throws `NoEmulator` when there is no interpreter or the packages cannot be had.
 */
export async function virtualEnvironment(requirements: string, cache: string): Promise<string> {
  const { command, version } = await interpreter();
  const digest = createHash("sha256").update(version).update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const place = join(cache, digest);
  const python = (directory: string) => join(directory, "bin", "python");
  if (existsSync(join(place, "complete"))) return python(place);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  try {
    await run(command, ["-m", "venv", place], { timeout: 120_000 });
    const options = ["--quiet", "--disable-pip-version-check", "--no-compile", "--retries", "1", "--timeout", "15"];
    await run(python(place), ["-m", "pip", "install", ...options, "--require-hashes", "--requirement", requirements], {
      timeout: 300_000,
    });
  } catch (error) {
    rmSync(place, { recursive: true, force: true });
    const { stderr, message } = error as { stderr?: string; message: string };
    const line = (stderr || message).trim().split("\n").at(-1);
    throw new NoEmulator(`LocalStack's packages could not be installed from PyPI (${line})`);
  }
  writeFileSync(join(place, "complete"), "");
  return python(place);
}

async function interpreter(): Promise<{ readonly command: string; readonly version: string }> {
  for (const command of INTERPRETERS) {
    const said = await run(command, ["--version"], { timeout: 10_000 }).catch(() => null);
    const [, major, minor] = /Python (\d+)\.(\d+)/.exec(said?.stdout ?? "") ?? [];
    if (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1]) return { command, version: `${major}.${minor}` };
  }
  throw new NoEmulator(`there is no Python ${OLDEST.join(".")} or newer`);
}
