import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ApprovalEntry, ApprovalRequest } from "../../core/approval/request.js";
import type { ApprovalRecord, Approvals } from "../../ports/approvals.js";
import { claimName, readOrNull } from "./whole-file.js";

/**
 * Approvals in a folder: `RUN/request.json`, `RUN/task-token`, one file per entry below `RUN/entries`, one per claimed
 * message below `claims`. A hard link to a finished file is the conditional write: it is whole or not there, and of two
 * processes one gets the name. The folder is for its owner alone.
 */
export class ApprovalsFolder implements Approvals {
  private readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  async open(request: ApprovalRequest, taskToken: string): Promise<"opened" | "reopened" | "conflict"> {
    await mkdir(join(this.folder(request.run), "entries"), { recursive: true, mode: 0o700 });
    const opened = await this.create(join(this.folder(request.run), "request.json"), JSON.stringify(request));
    if (!opened) {
      const known = await this.request(request.run);
      if (known?.digest !== request.digest) return "conflict";
    }
    await this.replace(join(this.folder(request.run), "task-token"), taskToken);
    return opened ? "opened" : "reopened";
  }

  async read(run: string): Promise<ApprovalRecord | null> {
    const request = await this.request(run);
    if (request === null) return null;
    const folder = join(this.folder(run), "entries");
    const files = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
    const entries = await Promise.all(
      files.map(async (name) => JSON.parse(await readFile(join(folder, name), "utf8")) as ApprovalEntry),
    );
    return { request, entries };
  }

  append(run: string, position: number, entry: ApprovalEntry): Promise<boolean> {
    const name = `${String(position).padStart(6, "0")}.json`;
    return this.create(join(this.folder(run), "entries", name), JSON.stringify(entry));
  }

  taskToken(run: string): Promise<string | null> {
    return readOrNull(join(this.folder(run), "task-token"));
  }

  /** Claims are few (one per Slack message of the last minutes), so `expiresAt` only dates the file. */
  async claim(key: string, expiresAt: number): Promise<boolean> {
    const folder = join(this.root, "claims");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return this.create(join(folder, createHash("sha256").update(key).digest("hex")), String(expiresAt));
  }

  private async request(run: string): Promise<ApprovalRequest | null> {
    const text = await readOrNull(join(this.folder(run), "request.json"));
    return text === null ? null : (JSON.parse(text) as ApprovalRequest);
  }

  /** Hashed, because a run's name may come from a URL. */
  private folder(run: string): string {
    return join(this.root, createHash("sha256").update(run).digest("hex").slice(0, 32));
  }

  /** Whole or not at all; false when there is one. */
  private async create(path: string, text: string): Promise<boolean> {
    return claimName(await this.draft(path, text), path);
  }

  private async replace(path: string, text: string): Promise<void> {
    await rename(await this.draft(path, text), path);
  }

  private async draft(path: string, text: string): Promise<string> {
    const draft = `${path}.${randomUUID()}`;
    await writeFile(draft, text, { mode: 0o600, flush: true });
    return draft;
  }
}
