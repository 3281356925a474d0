import { closeSync, fstatSync, openSync, readSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { TamperedError } from "../../ports/tampered.js";
import { openOwnSync } from "./own-file.js";
import { type Access, makeFolder } from "./private-files.js";

/** A write begins with `w` and ends with `d`, or with `c` if another was first. `g` marks what was removed on purpose. */
type Line = readonly ["w" | "d" | "c" | "g", key: string, sha256: string];

interface Known {
  settled: string | null;
  /** Begun and not known to have ended: a process that died in between left either the old or the new content. */
  readonly begun: Set<string>;
}

/**
 * What was written below a folder, recorded in a file elsewhere: what is read from the folder is trusted only if it is what was last
 * written. Append-only; several processes may write to it.
 */
export class WrittenRecord {
  private readonly known = new Map<string, Known>();
  private readonly revisions = new Map<string, number>();
  /** Bytes, up to the end of a line. */
  private read = 0;

  constructor(
    private readonly path: string,
    private readonly access: Access,
  ) {}

  begin(key: string, sha256: string): void {
    this.append(["w", key, sha256]);
  }

  end(key: string, sha256: string): void {
    this.append(["d", key, sha256]);
  }

  cancel(key: string, sha256: string): void {
    this.append(["c", key, sha256]);
  }

  /** From now on nothing is expected there. */
  gone(key: string): void {
    this.append(["g", key, ""]);
  }

  /** Whether this is what was last written there; `null` means nothing. */
  holds(key: string, sha256: string | null): boolean {
    this.follow();
    const known = this.known.get(key);
    if (known === undefined) return sha256 === null;
    return known.settled === sha256 || (sha256 !== null && known.begun.has(sha256));
  }

  /** Increases with everything that is written there. */
  revision(key: string): number {
    this.follow();
    return this.revisions.get(key) ?? 0;
  }

  /** What was last completely written there; null if there is nothing. */
  last(key: string): string | null {
    this.follow();
    return this.known.get(key)?.settled ?? null;
  }

  /** Every key below a prefix that something was written to. */
  keysBelow(prefix: string): readonly string[] {
    this.follow();
    const below = `${prefix}/`;
    return [...this.known]
      .filter(([key, { settled }]) => settled !== null && key.startsWith(below))
      .map(([key]) => key);
  }

  private append(line: Line): void {
    makeFolder(dirname(this.path), this.access);
    const file = openSync(this.path, "a+", this.access.file);
    try {
      writeFileSync(file, `${endsWithinLine(file) ? "\n" : ""}${JSON.stringify(line)}\n`);
    } finally {
      closeSync(file);
    }
  }

  /** Reads what this or another process has appended since. */
  private follow(): void {
    const file = openOwnSync(this.path);
    if (file === null) return;
    try {
      const { size } = fstatSync(file);
      if (size < this.read) throw new TamperedError(`${this.path} became shorter while it was in use`);
      const more = Buffer.alloc(size - this.read);
      const read = more.subarray(0, readSync(file, more, 0, more.length, this.read));
      const whole = read.lastIndexOf(0x0a) + 1;
      this.read += whole;
      for (const text of read.toString("utf8", 0, whole).split("\n")) {
        const line = parsed(text);
        if (line !== null) this.take(line);
      }
    } finally {
      closeSync(file);
    }
  }

  private take([what, key, sha256]: Line): void {
    this.revisions.set(key, (this.revisions.get(key) ?? 0) + 1);
    if (what === "g") {
      this.known.delete(key);
      return;
    }
    const known = this.known.get(key) ?? { settled: null, begun: new Set() };
    if (what === "w") known.begun.add(sha256);
    else known.begun.delete(sha256);
    if (what === "d") {
      known.settled = sha256;
      known.begun.clear();
    }
    this.known.set(key, known);
  }
}

/** A full disk, or a crash of the machine, cut off the last line: the next one starts separately. */
function endsWithinLine(file: number): boolean {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
}

/** Null for a line that was cut off. What it would have said was not done yet, or is recorded as begun in the line before. */
function parsed(text: string): Line | null {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return null;
  }
}
