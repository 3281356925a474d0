import { randomUUID } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readOwnSync } from "./own-file.js";
import { claimName, replaceFile } from "./whole-file.js";

const POLL_MS = 20;
/** Anything held longer than this is not waited for: nobody needs such a file for more than a moment. */
const PATIENCE_MS = 30_000;

/** The kernel's first namespace, which is the machine's own (`PROC_PID_INIT_INO` in the kernel's include/linux/proc_ns.h). */
const MACHINE_NAMESPACE = "pid:[4026531836]";

/** A process, and where its id is valid: a share and a container's volume are reached from elsewhere too. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Of the machine, its boot, and its process ids; empty if the system has none. */
  readonly machine: string;
  readonly boot: string;
  readonly namespace: string;
}

export function thisProcess(): Holder {
  return {
    pid: process.pid,
    host: hostname(),
    machine: textOf("/etc/machine-id")?.trim() ?? "",
    boot: textOf("/proc/sys/kernel/random/boot_id")?.trim() ?? "",
    namespace: linkOf("/proc/self/ns/pid"),
  };
}

/** False only for a process that is known to be gone: one that cannot be checked from here may be at work. */
export function mayLive(holder: Holder): boolean {
  const here = thisProcess();
  if (holder.host !== here.host || holder.machine !== here.machine) return true;
  // The same machine after a restart. Two machines may share a name, and an image gives all its containers one machine id.
  if (holder.boot !== here.boot) return here.machine === "" || ![holder, here].every(isOnMachine);
  return holder.namespace !== here.namespace || isAlive(holder.pid);
}

function isOnMachine({ namespace }: Holder): boolean {
  return namespace === MACHINE_NAMESPACE;
}

/** `process 12`, and where, if not here. */
export function holderText({ pid, host, namespace }: Holder): string {
  const here = thisProcess();
  if (host !== here.host) return `process ${pid} on ${host}`;
  return namespace === here.namespace ? `process ${pid}` : `process ${pid} in another container of ${host}`;
}

/**
 * Creates a file that names this process, readable for those who may read its folder. Returns the function that removes it, or the process
 * that holds it and may be alive. A file that a killed process left is taken over. The file is complete from its first moment, also for
 * readers on a share. Throws if a file is there but cannot be read.
 */
export function tryHoldFile(path: string): (() => void) | Holder {
  for (;;) {
    const own = made(path);
    if (own !== null) return () => letGo(path, own);
    const holder = holderOf(path);
    if (holder !== null) return holder;
    const remover = isLeft(path) ? takeAway(path) : null;
    if (remover !== null) return remover;
  }
}

/** The same, but waits for the other process. Throws if that holds the file for too long. */
export async function holdFile(path: string): Promise<() => void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const held = tryHoldFile(path);
    if (typeof held === "function") return held;
    if (performance.now() > end)
      throw new Error(`${path} is held by ${holderText(held)}; if that process is gone, remove the file and try again`);
    await delay(POLL_MS);
  }
}

/** Who holds the file and may be alive; null for nobody. Throws if a file is there but cannot be read: somebody may hold it. */
export function holderOf(path: string): Holder | null {
  return livingIn(lockText(path) ?? "");
}

export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A link is made to a complete file or not at all, and by only one process. Returns what is in the file; null if there already is one. */
function made(path: string): string | null {
  const id = randomUUID();
  const text = JSON.stringify({ ...thisProcess(), id });
  const draft = `${path}.${id}`;
  // No less than the folder allows, whatever the umask: anyone who cannot read it cannot tell who holds it.
  const mode = lstatSync(dirname(path)).mode & 0o666;
  replaceFile(draft, text, mode);
  return claimName(draft, path) ? text : null;
}

/** Only what is still ours: a person may have removed it, and another process may hold it by now. */
function letGo(path: string, own: string): void {
  if (isOurs(path, own)) rmSync(path, { force: true });
}

function isOurs(path: string, own: string): boolean {
  try {
    return readOwnSync(path)?.toString("utf8") === own;
  } catch {
    return false;
  }
}

/** It exists, and its creator is gone. While it does not exist, somebody may be creating it. */
function isLeft(path: string): boolean {
  const text = lockText(path);
  return text !== null && livingIn(text) === null;
}

/** Null if it does not exist. */
function lockText(path: string): string | null {
  try {
    return readOwnSync(path)?.toString("utf8") ?? null;
  } catch (error) {
    const { code = "it is no file" } = error as NodeJS.ErrnoException;
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return null;
    throw new Error(
      `${path} cannot be read (${code}), so who has it is not known; if no process has, remove it and try again`,
    );
  }
}

function livingIn(text: string): Holder | null {
  const holder = parsed(text);
  return holder !== null && mayLive(holder) ? holder : null;
}

/**
 * Removes what a dead process left, one remover at a time: a second one would remove the file of whoever came after the first. What a
 * killed remover left is taken over in the same way. Returns another remover that may be alive.
 */
function takeAway(path: string): Holder | null {
  const release = tryHoldFile(`${path}.takeover`);
  if (typeof release !== "function") return release;
  try {
    if (isLeft(path)) rmSync(path, { force: true });
  } finally {
    release();
  }
  return null;
}

/** Null if no process finished writing it. Earlier versions wrote only the process id. */
function parsed(text: string): Holder | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "number" ? { ...thisProcess(), pid: value } : (value as Holder);
  } catch {
    return null;
  }
}

/** Null if it does not exist. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
