import { randomUUID } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { claimName, replaceFile } from "./whole-file.js";

const POLL_MS = 20;
/** What is held for longer than this is not waited for: nobody needs such a file for more than a moment. */
const PATIENCE_MS = 30_000;

/** The kernel's first namespace, which is the machine's own (`PROC_PID_INIT_INO` in the kernel's include/linux/proc_ns.h). */
const MACHINE_NAMESPACE = "pid:[4026531836]";

/** A process, and where its id means something: a share and a container's volume are reached from elsewhere too. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Of the machine, of its boot, and of the process ids that are seen there; empty where the system has none. */
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

/** False only for a process that is known to be gone: whoever cannot be asked for from here may be at work. */
export function mayLive(holder: Holder): boolean {
  const here = thisProcess();
  if (holder.host !== here.host || holder.machine !== here.machine) return true;
  // The same machine after a start. A name alone may be two machines', and an image gives all its containers one machine id.
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
 * Makes a file that names this process, to be read by those who may read its folder. Returns the function that removes it, or who has it and
 * may live. A file that a killed process left is taken over. The file is whole from its first moment, also for those who read it on a share.
 * Throws for what is there and cannot be read.
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

/** The same, waiting for the other process. Throws when it has the file for too long. */
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

/** Who has the file and may live; null for nobody. Throws for what is there and cannot be read: somebody may have it. */
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

/** A link is made of a whole file or not at all, and by one process alone. Returns what is in the file; null where there is one already. */
function made(path: string): string | null {
  const id = randomUUID();
  const text = JSON.stringify({ ...thisProcess(), id });
  const draft = `${path}.${id}`;
  // Not less than the folder allows, whatever the umask: whoever cannot read it cannot tell who has it.
  const mode = lstatSync(dirname(path)).mode & 0o666;
  replaceFile(draft, text, mode);
  return claimName(draft, path) ? text : null;
}

/** Only what is still ours: a person may have removed it, and another process have it by now. */
function letGo(path: string, own: string): void {
  if (textOf(path) === own) rmSync(path, { force: true });
}

/** It is there, and who made it is gone. While it is not there, somebody may be making it. */
function isLeft(path: string): boolean {
  const text = lockText(path);
  return text !== null && livingIn(text) === null;
}

/** Null where it is not there. */
function lockText(path: string): string | null {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return null;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
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
 * Removes what a process that is gone left, one remover at a time: the second would remove the file of who came after the first. What a killed
 * remover left is taken over in the same way. Returns another remover, who may live.
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

/** Null for what no process wrote to its end. What an earlier version wrote is the process id alone. */
function parsed(text: string): Holder | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "number" ? { ...thisProcess(), pid: value } : (value as Holder);
  } catch {
    return null;
  }
}

/** Null where it is not there. */
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
