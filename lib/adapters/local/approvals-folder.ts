import { createHash, createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { personOf } from "../../core/approval/person.js";
import type { ApprovalEntry, ApprovalRequest } from "../../core/approval/request.js";
import { canonicalJson } from "../../core/json.js";
import type { ApprovalRecord, Approvals } from "../../ports/approvals.js";
import { TamperedError } from "../../ports/tampered.js";
import { readHeld, readOrNull } from "./own-file.js";
import { type Access, makeFolder, ownerName } from "./private-files.js";
import { claimName } from "./whole-file.js";
import { WrittenRecord } from "./written-record.js";

export interface ApprovalsProtection {
  /** 32 random bytes stored outside the folder; they authenticate what is inside. */
  readonly key: Uint8Array;
  /** Folder outside: what was written, so that a missing answer is noticed. */
  readonly records: string;
  readonly access: Access;
}

const PURPOSE = "schema-gate approvals v1\n";
const REQUEST = "request.json";

/**
 * Approvals in a folder: `RUN/request.json`, `RUN/task-token`, one file per entry below `RUN/entries`, one per claimed message below
 * `claims`. A hard link to a finished file is the conditional write: it is complete or absent, and of two processes one gets the name. Each
 * carries a MAC over its content, run and place. `read` throws `TamperedError` for anything changed, removed, moved or written by somebody
 * other than the person it names.
 */
export class ApprovalsFolder implements Approvals {
  private readonly written = new Map<string, WrittenRecord>();

  constructor(
    private readonly root: string,
    private readonly protection: ApprovalsProtection,
  ) {}

  async open(request: ApprovalRequest, taskToken: string): Promise<"opened" | "reopened" | "conflict"> {
    const { run } = request;
    makeFolder(join(this.folder(run), "entries"), this.protection.access);
    const opened = await this.create(run, REQUEST, request);
    if (!opened) {
      const known = await this.request(run);
      if (known?.digest !== request.digest) return "conflict";
    }
    const path = join(this.folder(run), "task-token");
    await rename(await this.draft(path, taskToken), path);
    return opened ? "opened" : "reopened";
  }

  async read(run: string): Promise<ApprovalRecord | null> {
    const request = await this.request(run);
    if (request === null) return null;
    const there = (await readdir(join(this.folder(run), "entries"))).filter((name) => name.endsWith(".json"));
    const names = new Set([...there.map((name) => `entries/${name}`), ...this.record(run).keysBelow("entries")]);
    const entries = await Promise.all([...names].sort().map((name) => this.entry(request, name)));
    return { request, entries: entries.flatMap((entry) => entry ?? []) };
  }

  append(run: string, position: number, entry: ApprovalEntry): Promise<boolean> {
    return this.create(run, `entries/${String(position).padStart(6, "0")}.json`, entry);
  }

  taskToken(run: string): Promise<string | null> {
    return readOrNull(join(this.folder(run), "task-token"));
  }

  /** Claims are few (one per Slack message of the last minutes), so `expiresAt` only dates the file. */
  async claim(key: string, expiresAt: number): Promise<boolean> {
    const folder = join(this.root, "claims");
    makeFolder(folder, this.protection.access);
    const path = join(folder, createHash("sha256").update(key).digest("hex"));
    return claimName(await this.draft(path, String(expiresAt)), path);
  }

  private request(run: string): Promise<ApprovalRequest | null> {
    return this.believed<ApprovalRequest>(run, REQUEST).then((found) => found?.body ?? null);
  }

  private async entry(request: ApprovalRequest, name: string): Promise<ApprovalEntry | null> {
    const found = await this.believed<ApprovalEntry>(request.run, name);
    if (found === null) return null;
    const { body: entry, uid, mode } = found;
    const path = join(this.folder(request.run), name);
    if (entry.kind === "decision" && entry.channel === "terminal" && entry.verdict === "approve") {
      // Its owner wrote it only if nobody else could have.
      if (process.getuid !== undefined && (mode & 0o022) !== 0)
        throw new TamperedError(`${path} approves as ${entry.person}, and others may write it. Start a new run.`);
      const owner = uid === process.getuid?.() ? null : ownerName(uid);
      if (owner !== null && personOf(request.approvers, owner)?.id !== entry.person)
        throw new TamperedError(`${path} approves as ${entry.person}, and was written by ${owner}`);
    }
    return entry;
  }

  /** Null if there is none. */
  private async believed<T>(
    run: string,
    name: string,
  ): Promise<{ readonly body: T; readonly uid: number; readonly mode: number } | null> {
    const path = join(this.folder(run), name);
    const held = await readHeld(path);
    const text = held?.bytes.toString("utf8") ?? null;
    if (!this.record(run).holds(name, text === null ? null : hashOf(text)))
      throw new TamperedError(
        text === null
          ? `${path} is gone: it was removed after it was written. Start a new run.`
          : `${path} is not what was written there, so no approval of the run ${run} counts. Start a new run.`,
      );
    if (held === null || text === null) return null;
    const { body, mac } = parsed(text);
    const expected = this.mac(run, name, body);
    const given = Buffer.from(String(mac), "base64url");
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw new TamperedError(
        `${path} was not written by this gate, or was changed, so no approval of the run ${run} counts. Start a new run.`,
      );
    return { body: body as T, uid: held.uid, mode: held.mode };
  }

  private mac(run: string, name: string, body: unknown): Buffer {
    const text = `${PURPOSE}${canonicalJson([run, name, body])}`;
    return createHmac("sha256", this.protection.key).update(text).digest();
  }

  private record(run: string): WrittenRecord {
    const { records, access } = this.protection;
    const known = this.written.get(run) ?? new WrittenRecord(join(records, `${nameOf(run)}.jsonl`), access);
    this.written.set(run, known);
    return known;
  }

  private folder(run: string): string {
    return join(this.root, nameOf(run));
  }

  /** All or nothing; false if there is one. */
  private async create(run: string, name: string, value: ApprovalRequest | ApprovalEntry): Promise<boolean> {
    const path = join(this.folder(run), name);
    const body = JSON.parse(JSON.stringify(value)) as unknown;
    const text = JSON.stringify({ body, mac: this.mac(run, name, body).toString("base64url") });
    const draft = await this.draft(path, text);
    const record = this.record(run);
    record.begin(name, hashOf(text));
    const made = claimName(draft, path);
    if (made) record.end(name, hashOf(text));
    else record.cancel(name, hashOf(text));
    return made;
  }

  private async draft(path: string, text: string): Promise<string> {
    const draft = `${path}.${randomUUID()}`;
    // Nobody else of a group writes it again: its owner says who wrote it.
    await writeFile(draft, text, { mode: this.protection.access.file & 0o640, flush: true });
    return draft;
  }
}

function parsed(text: string): { readonly body: unknown; readonly mac: unknown } {
  try {
    const { body, mac } = JSON.parse(text) as { body: unknown; mac: unknown };
    return { body, mac };
  } catch {
    return { body: null, mac: "" };
  }
}

/** Hashed, because a run's name may come from a URL. */
function nameOf(run: string): string {
  return hashOf(run).slice(0, 32);
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
