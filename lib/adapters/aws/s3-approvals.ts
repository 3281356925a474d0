import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import type { ApprovalEntry, ApprovalRequest } from "../../core/approval/request.js";
import type { ApprovalRecord, Approvals } from "../../ports/approvals.js";
import { type S3Store, StoreError } from "./s3-store.js";

const ROOT = "approvals";
const PURPOSE = "schema-gate task token v1";

/**
 * Approvals as objects: `approvals/HASH/request.json`, one object per entry, and the task token encrypted, so that nobody who
 * reads the bucket can continue a run. A conditional write gives each place to one writer.
 */
export class S3Approvals implements Approvals {
  /** `key` gives the bytes that links are signed with; the one for tokens is derived from them. */
  constructor(
    private readonly store: S3Store,
    private readonly key: () => Promise<Uint8Array>,
  ) {}

  async open(request: ApprovalRequest, taskToken: string): Promise<"opened" | "reopened" | "conflict"> {
    const opened = await this.store.create(`${folder(request.run)}/request.json`, JSON.stringify(request));
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
    const entries = await Promise.all(keys.map((key) => this.json<ApprovalEntry>(key)));
    return { request, entries: entries.flatMap((entry) => entry ?? []) };
  }

  append(run: string, position: number, entry: ApprovalEntry): Promise<boolean> {
    const place = String(position).padStart(6, "0");
    return this.store.create(`${folder(run)}/entries/${place}.json`, JSON.stringify(entry));
  }

  async taskToken(run: string): Promise<string | null> {
    const sealed = await this.store.text(`${folder(run)}/task-token.json`);
    return sealed === null ? null : this.unsealed(run, sealed);
  }

  claim(key: string, expiresAt: number): Promise<boolean> {
    return this.store.create(`${ROOT}/claims/${hashOf(key)}`, String(expiresAt));
  }

  private request(run: string): Promise<ApprovalRequest | null> {
    return this.json<ApprovalRequest>(`${folder(run)}/request.json`);
  }

  private async json<T>(key: string): Promise<T | null> {
    const text = await this.store.text(key);
    return text === null ? null : (JSON.parse(text) as T);
  }

  private async tokenKey(): Promise<Buffer> {
    return Buffer.from(hkdfSync("sha256", await this.key(), "", PURPOSE, 32));
  }

  /** Bound to its run: moved to another run it cannot be opened. */
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

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Hashed, because a run's name may come from a URL. */
function folder(run: string): string {
  return `${ROOT}/${hashOf(run).slice(0, 32)}`;
}
