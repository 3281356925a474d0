import { createHash } from "node:crypto";
import { AUDIT_FILE, type AuditEvent, appendEvent, eventLine } from "../../core/audit/chain.js";
import { reopenedNote, sealedNote } from "../../core/audit/closing-notes.js";
import { coversItself, type FileDigest, manifestText } from "../../core/audit/manifest.js";
import {
  MANIFEST_FILE,
  makeSeal,
  SEAL_FILE,
  type SealEnvelope,
  sealEnvelope,
  sealMessage,
} from "../../core/audit/seal.js";
import { readTrail } from "../../core/audit/trail.js";
import { canonicalJson } from "../../core/json.js";
import { AuditError, type AuditNote, type AuditTrail } from "../../ports/audit.js";
import type { Clock } from "../../ports/clock.js";
import type { Signer } from "../../ports/signer.js";
import { mapLimited } from "./map-limited.js";
import type { Retention, S3Store } from "./s3-store.js";

export interface S3AuditOptions {
  readonly store: S3Store;
  readonly run: string;
  readonly clock: Clock;
  /** How long an event cannot be removed; null: no lock is requested. */
  readonly retention: { readonly mode: Retention["mode"]; readonly days: number } | null;
}

const READERS = 32;

/** Next to the runs' own folders, since it is not part of a run's record. */
const COPIES = "runs/.trails";
/** Events that are read one by one before they are copied into one object. */
const COPY_EVERY = 50;
const DAY_MS = 86_400_000;

/**
 * The trail as one object per event, `audit/RUN/events/000000.json`, never overwritten: a conditional write gives the next place to one of
 * several writers, and the others link to it. Closing it writes the files that `audit verify` reads, `audit.jsonl`, manifest and seal, next
 * to the run's artifacts.
 */
export class S3Audit implements AuditTrail {
  /** Appends run one after another, even if their callers do not wait. */
  private queue: Promise<unknown> = Promise.resolve();
  private known: AuditEvent[] = [];

  constructor(private readonly options: S3AuditOptions) {}

  append(note: AuditNote): Promise<AuditEvent> {
    return this.inTurn(async () => {
      await this.refresh();
      if (this.known.at(-1)?.action === "audit.sealed") await this.write(await this.reopening());
      return this.write(note);
    });
  }

  events(): Promise<readonly AuditEvent[]> {
    return this.inTurn(async () => {
      await this.refresh();
      return [...this.known];
    });
  }

  close(signer: Signer): Promise<SealEnvelope> {
    return this.inTurn(async () => {
      const { store, run } = this.options;
      // The seal covers the events themselves, not a copy of them.
      this.known = [];
      await this.readOn();
      const manifest = manifestText(run, await this.digests());
      await store.put(`runs/${run}/${MANIFEST_FILE}`, manifest);
      const last = await this.write(sealedNote(run, manifest));
      const seal = makeSeal(run, last, signer);
      const envelope = sealEnvelope(seal, await signer.sign(sealMessage(seal)));
      const text = `${canonicalJson(envelope)}\n`;
      await store.create(this.sealKey(last), text, this.retention());
      await store.create(`audit/${run}/manifests/${place(last.seq)}.json`, manifest, this.retention());
      await store.put(`runs/${run}/${AUDIT_FILE}`, this.known.map(eventLine).join(""));
      await store.put(`runs/${run}/${SEAL_FILE}`, text);
      return envelope;
    });
  }

  /** Takes the next place of the chain; if another writer was faster, links to what it wrote. */
  private async write(note: AuditNote): Promise<AuditEvent> {
    for (;;) {
      const at = new Date(this.options.clock.now()).toISOString();
      const event = appendEvent(this.known.at(-1) ?? null, { ...note, at });
      if (await this.options.store.create(this.eventKey(event.seq), eventLine(event), this.retention())) {
        this.known.push(event);
        return event;
      }
      await this.refresh();
    }
  }

  private async reopening(): Promise<AuditNote> {
    const last = this.known.at(-1);
    const seal = last === undefined ? null : await this.options.store.text(this.sealKey(last));
    return reopenedNote(this.options.run, seal ?? "");
  }

  /**
   * What a copy holds of the trail, so that each step of a long run need not read every event. Anybody may have written the copy: it counts
   * only if its chain is valid and its last event is the one that cannot be overwritten, to which the hashes of all earlier ones lead.
   */
  private async recall(): Promise<void> {
    const { store, run } = this.options;
    const text = await store.text(`${COPIES}/${run}.jsonl`);
    if (text === null) return;
    const { events, findings } = readTrail(Buffer.from(text, "utf8"));
    const last = events.at(-1);
    if (last === undefined || findings.length > 0) return;
    if ((await store.text(this.eventKey(last.seq))) === eventLine(last)) this.known = [...events];
  }

  /** Reads what was written since the last look, and refuses an invalid chain. */
  private async refresh(): Promise<void> {
    if (this.known.length === 0) await this.recall();
    await this.readOn();
  }

  private async readOn(): Promise<void> {
    const { store, run } = this.options;
    const last = this.known.at(-1);
    const keys = await store.list(`audit/${run}/events/`, last && this.eventKey(last.seq));
    if (keys.length === 0) return;
    const lines = await mapLimited(READERS, keys, async (key) => (await store.text(key)) ?? "");
    const text = [...this.known.map(eventLine), ...lines].join("");
    const { events, findings } = readTrail(Buffer.from(text, "utf8"));
    const [first] = findings;
    if (first) throw new AuditError(`${store.locate(`audit/${run}`)} cannot be continued. ${first.message}`);
    this.known = [...events];
    if (keys.length >= COPY_EVERY) await store.put(`${COPIES}/${run}.jsonl`, text);
  }

  /** SHA-256 of every object of the run, read again: the seal covers what is there. */
  private async digests(): Promise<readonly FileDigest[]> {
    const { store, run } = this.options;
    const prefix = `runs/${run}/`;
    const keys = (await store.list(prefix)).filter((key) => !coversItself(key.slice(prefix.length)));
    return mapLimited(READERS, keys, async (key) => {
      const bytes = await store.bytes(key);
      if (bytes === null) throw new AuditError(`${store.locate(key)} was deleted while the run was sealed`);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      return { path: key.slice(prefix.length), bytes: bytes.length, sha256 };
    });
  }

  private eventKey(seq: number): string {
    return `audit/${this.options.run}/events/${place(seq)}.json`;
  }

  private sealKey(sealed: AuditEvent): string {
    return `audit/${this.options.run}/seals/${place(sealed.seq)}.json`;
  }

  private retention(): Retention | undefined {
    const { retention, clock } = this.options;
    return retention === null
      ? undefined
      : { mode: retention.mode, until: new Date(clock.now() + retention.days * DAY_MS) };
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }
}

function place(seq: number): string {
  return String(seq).padStart(8, "0");
}
