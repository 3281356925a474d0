import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import type { ApprovalEntry, ApprovalRequest } from "../../core/approval/request.js";
import { canonicalJson } from "../../core/json.js";
import type { ApprovalRecord, Approvals } from "../../ports/approvals.js";
import { TamperedError } from "../../ports/tampered.js";
import type { Authenticator } from "./kms-mac.js";
import { type S3Store, StoreError } from "./s3-store.js";

const ROOT = "approvals";
const PURPOSE = "schema-gate task token v1";
const MAC_PURPOSE = "schema-gate approvals v1\n";
const REQUEST = "request.json";

/**
 * Approvals as objects: `approvals/HASH/request.json`, one object per entry, and the task token encrypted, so that nobody who reads the
 * bucket can continue a run. A conditional write gives each place to one writer. The request and each entry carry a MAC over content, run
 * and place: `read` throws `TamperedError` for anything that somebody else put into the bucket, changed, moved or removed.
 */
export class S3Approvals implements Approvals {
  /** `key` returns the bytes that links are signed with; the key for tokens is derived from them. */
  constructor(
    private readonly store: S3Store,
    private readonly key: () => Promise<Uint8Array>,
    private readonly authenticator: Authenticator,
  ) {}

  async open(request: ApprovalRequest, taskToken: string): Promise<"opened" | "reopened" | "conflict"> {
    const opened = await this.create(request.run, REQUEST, request);
    if (!opened) {
      const known = await this.request(request.run);
      if (known?.digest !== request.digest) return "conflict";
    }
    await this.store.put(`${folder(request.run)}/task-token.json`, await this.sealed(request.run, taskToken));
    return opened ? "opened" : "reopened";
  }

  async read(run: string): Promise<ApprovalRecord | null> {
    const request = await this.request(run);
    if (request === null) return null;
    const keys = await this.store.list(`${folder(run)}/entries/`);
    const entries = await Promise.all(keys.map((key, position) => this.entry(run, position, key)));
    return { request, entries };
  }

  append(run: string, position: number, entry: ApprovalEntry): Promise<boolean> {
    return this.create(run, placeOf(position), entry);
  }

  async taskToken(run: string): Promise<string | null> {
    const sealed = await this.store.text(`${folder(run)}/task-token.json`);
    return sealed === null ? null : this.unsealed(run, sealed);
  }

  claim(key: string, expiresAt: number): Promise<boolean> {
    return this.store.create(`${ROOT}/claims/${hashOf(key)}`, String(expiresAt));
  }

  private request(run: string): Promise<ApprovalRequest | null> {
    return this.believed<ApprovalRequest>(run, REQUEST);
  }

  /** Entries have no gaps: a missing one was removed. */
  private async entry(run: string, position: number, key: string): Promise<ApprovalEntry> {
    const name = placeOf(position);
    const entry = key === `${folder(run)}/${name}` ? await this.believed<ApprovalEntry>(run, name) : null;
    if (entry === null) throw this.tampered(key, run, "does not follow the entry before it");
    return entry;
  }

  /** Null if there is none. */
  private async believed<T>(run: string, name: string): Promise<T | null> {
    const key = `${folder(run)}/${name}`;
    const text = await this.store.text(key);
    if (text === null) return null;
    const { body, mac } = parsed(text);
    const covered = macText(run, name, body);
    if (covered === null || !(await this.authenticator.holds(covered, mac)))
      throw this.tampered(key, run, "was not written by this gate, or was changed");
    return body as T;
  }

  private async create(run: string, name: string, value: ApprovalRequest | ApprovalEntry): Promise<boolean> {
    const body = JSON.parse(JSON.stringify(value)) as unknown;
    const covered = macText(run, name, body);
    if (covered === null) throw new StoreError(`the approval of the run ${run} has no canonical form`);
    const mac = Buffer.from(await this.authenticator.mac(covered)).toString("base64url");
    return this.store.create(`${folder(run)}/${name}`, JSON.stringify({ body, mac }));
  }

  private tampered(key: string, run: string, what: string): TamperedError {
    return new TamperedError(
      `${this.store.locate(key)} ${what}, so no approval of the run ${run} counts. Start a new run.`,
    );
  }

  private async tokenKey(): Promise<Buffer> {
    return Buffer.from(hkdfSync("sha256", await this.key(), "", PURPOSE, 32));
  }

  /** Bound to its run: if moved to another run, it cannot be opened. */
  private async sealed(run: string, token: string): Promise<string> {
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", await this.tokenKey(), iv).setAAD(Buffer.from(run));
    const body = Buffer.concat([cipher.update(token, "utf8"), cipher.final()]);
    return JSON.stringify([iv, body, cipher.getAuthTag()].map((part) => part.toString("base64")));
  }

  private async unsealed(run: string, sealed: string): Promise<string> {
    try {
      const [iv = "", body = "", tag = ""] = JSON.parse(sealed) as string[];
      const decipher = createDecipheriv("aes-256-gcm", await this.tokenKey(), Buffer.from(iv, "base64"));
      decipher.setAAD(Buffer.from(run)).setAuthTag(Buffer.from(tag, "base64"));
      return Buffer.concat([decipher.update(Buffer.from(body, "base64")), decipher.final()]).toString("utf8");
    } catch {
      throw new StoreError(
        `the task token of the run ${run} cannot be opened: the link key was replaced since it was asked for`,
      );
    }
  }
}

function placeOf(position: number): string {
  return `entries/${String(position).padStart(6, "0")}.json`;
}

/** Null for text without a canonical form, such as half a character. */
function macText(run: string, name: string, body: unknown): string | null {
  try {
    return `${MAC_PURPOSE}${canonicalJson([run, name, body])}`;
  } catch {
    return null;
  }
}

/** Anything not of this form has no MAC, and so no valid one. */
function parsed(text: string): { readonly body: unknown; readonly mac: Uint8Array } {
  try {
    const { body = null, mac } = (JSON.parse(text) ?? {}) as { body?: unknown; mac?: unknown };
    return { body, mac: typeof mac === "string" ? Buffer.from(mac, "base64url") : new Uint8Array() };
  } catch {
    return { body: null, mac: new Uint8Array() };
  }
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Hashed, because a run's name may come from a URL. */
function folder(run: string): string {
  return `${ROOT}/${hashOf(run).slice(0, 32)}`;
}
