import { type FileHandle, open, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AUDIT_FILE, type AuditEvent, appendEvent, eventLine } from "../../core/audit/chain.js";
import { reopenedNote, sealedNote } from "../../core/audit/closing-notes.js";
import { manifestText } from "../../core/audit/manifest.js";
import {
  MANIFEST_FILE,
  makeSeal,
  SEAL_FILE,
  type SealEnvelope,
  sealEnvelope,
  sealMessage,
} from "../../core/audit/seal.js";
import { readTrail } from "../../core/audit/trail.js";
import { canonicalJson, digest } from "../../core/json.js";
import { AuditError, type AuditNote, type AuditTrail } from "../../ports/audit.js";
import type { Clock } from "../../ports/clock.js";
import type { Signer } from "../../ports/signer.js";
import { readOwn, refuse, refuseOther, TO_APPEND } from "./own-file.js";
import { type Access, makeFolder, PRIVATE } from "./private-files.js";
import { digestFiles } from "./run-files.js";
import { changedSinceSeal } from "./since-seal.js";
import type { WrittenRecord } from "./written-record.js";

export interface AuditFileOptions {
  /** The run's folder; created if missing. */
  readonly directory: string;
  readonly run: string;
  readonly clock: Clock;
  readonly access?: Access;
  /** Holds a second copy of the trail's last event, outside the run's folder. */
  readonly record?: WrittenRecord;
}

/**
 * The trail as `audit.jsonl` in the run's folder. A line that a killed process left unfinished is cut off and kept in an `audit.repaired`
 * event, so it stays visible. Throws `AuditError` for a trail that is broken anywhere else.
 */
export async function openAuditFile(options: AuditFileOptions): Promise<AuditTrail> {
  makeFolder(options.directory, options.access ?? PRIVATE);
  const path = join(options.directory, AUDIT_FILE);
  const bytes = await readIfThere(path);
  const whole = bytes.lastIndexOf(0x0a) + 1;
  const events = eventsOf(bytes.subarray(0, whole), path);
  if (options.record?.holds(AUDIT_FILE, events.at(-1)?.hash ?? null) === false)
    throw new AuditError(
      `${path} does not end where this gate left it: it was cut, rewritten or taken from another place. Start a new run; schema-gate audit verify ${options.run} names what does not fit.`,
    );
  const file = new AuditFile(options, path, [...events], whole);
  if (whole < bytes.length) await file.repair(bytes.subarray(whole));
  return file;
}

class AuditFile implements AuditTrail {
  /** Appends run one after another, even if their callers do not wait. */
  private queue: Promise<unknown> = Promise.resolve();
  /** Whether the folder was compared with its last seal since this process opened the trail. */
  private compared = false;

  constructor(
    private readonly options: AuditFileOptions,
    private readonly path: string,
    private readonly written: AuditEvent[],
    /** Length of the file in bytes, as this writer left it. */
    private length: number,
  ) {}

  append(note: AuditNote): Promise<AuditEvent> {
    return this.inTurn(async () => {
      await this.reopen();
      return this.write(note);
    });
  }

  events(): Promise<readonly AuditEvent[]> {
    return this.inTurn(async () => [...this.written]);
  }

  close(signer: Signer): Promise<SealEnvelope> {
    return this.inTurn(async () => {
      const { directory, run } = this.options;
      await this.reopen();
      await rm(join(directory, `${MANIFEST_FILE}.new`), { force: true });
      await rm(join(directory, `${SEAL_FILE}.new`), { force: true });
      const files = await digestFiles(directory);
      const manifest = manifestText(run, files);
      const mode = this.options.access?.file ?? PRIVATE.file;
      this.options.record?.begin(MANIFEST_FILE, digest(manifest));
      await replace(join(directory, MANIFEST_FILE), manifest, mode);
      this.options.record?.end(MANIFEST_FILE, digest(manifest));
      const last = await this.write(sealedNote(run, manifest));
      const seal = makeSeal(run, last, signer);
      const envelope = sealEnvelope(seal, await signer.sign(sealMessage(seal)));
      await replace(join(directory, SEAL_FILE), `${canonicalJson(envelope)}\n`, mode);
      return envelope;
    });
  }

  /** Cuts off the unfinished line and records that in the trail. */
  async repair(torn: Buffer): Promise<void> {
    const file = await open(this.path, "r+");
    try {
      await file.truncate(this.length);
      await file.sync();
    } finally {
      await file.close();
    }
    await this.write({
      actor: "schema-gate",
      action: "audit.repaired",
      subject: { kind: "run", name: this.options.run },
      digest: null,
      details: { reason: "the last line was not finished", bytes: torn.length, base64: torn.toString("base64") },
    });
  }

  /**
   * Records in the trail that it continues after a seal, and what in the folder differs from that seal: the next seal covers whatever is
   * there by then, so this is the last moment to see a difference.
   */
  private async reopen(): Promise<void> {
    const { directory, run, record } = this.options;
    const sealed = this.written.at(-1)?.action === "audit.sealed";
    if (this.compared && !sealed) return;
    const changed = await changedSinceSeal(directory, this.written, record ?? null);
    this.compared = true;
    if (!sealed && changed.length === 0) return;
    const seal = await readIfThere(join(directory, SEAL_FILE));
    await this.write(reopenedNote(run, seal.toString("utf8"), changed));
  }

  private async write(note: AuditNote): Promise<AuditEvent> {
    const at = new Date(this.options.clock.now()).toISOString();
    const event = appendEvent(this.written.at(-1) ?? null, { ...note, at });
    const line = Buffer.from(eventLine(event), "utf8");
    const { access = PRIVATE, record } = this.options;
    // Appends and never truncates: an older writer's lines cannot be lost here.
    const file = await opened(this.path, access.file);
    try {
      await this.refuseOtherWriter(file);
      record?.begin(AUDIT_FILE, event.hash);
      await file.writeFile(line);
      await file.sync();
      record?.end(AUDIT_FILE, event.hash);
    } finally {
      await file.close();
    }
    this.length += line.length;
    this.written.push(event);
    return event;
  }

  private async refuseOtherWriter(file: FileHandle): Promise<void> {
    const stat = await file.stat();
    refuseOther(this.path, stat);
    const { size } = stat;
    if (size !== this.length)
      throw new AuditError(
        `${this.path} has ${size} bytes where this run left ${this.length}: another process writes to it. Let only one run at a time use the folder.`,
      );
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }
}

function eventsOf(bytes: Uint8Array, path: string): readonly AuditEvent[] {
  if (bytes.length === 0) return [];
  const { events, findings } = readTrail(bytes);
  const [first] = findings;
  if (first)
    throw new AuditError(`${path}:${first.source?.line} cannot be continued. ${first.message} ${first.remedy?.text}`);
  return events;
}

async function opened(path: string, mode: number): Promise<FileHandle> {
  try {
    return await open(path, TO_APPEND, mode);
  } catch (error) {
    refuse(path, error as NodeJS.ErrnoException);
    throw error;
  }
}

async function readIfThere(path: string): Promise<Buffer> {
  return (await readOwn(path)) ?? Buffer.alloc(0);
}

/** All or nothing. */
async function replace(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, text, { flush: true, mode });
  await rename(temporary, path);
}
