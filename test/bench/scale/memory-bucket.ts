import type { S3Store } from "../../../lib/adapters/aws/s3-store.js";

export interface Requests {
  readonly reads: number;
  readonly writes: number;
}

/** A bucket in memory that counts what S3 would be asked: a list is a write by its price, and gives 1,000 keys. */
export class MemoryBucket {
  reads = 0;
  writes = 0;
  /** What the reads gave. */
  bytesRead = 0;
  /** By the folder of a run that they are in. */
  readonly byFolder = new Map<string, number>();
  private readonly texts = new Map<string, string>();
  /** Keys by each folder that they are below. */
  private readonly below = new Map<string, Set<string>>();

  async text(key: string): Promise<string | null> {
    this.read(key);
    const text = this.texts.get(key) ?? null;
    this.bytesRead += text?.length ?? 0;
    return text;
  }
  async bytes(key: string): Promise<Uint8Array | null> {
    const text = await this.text(key);
    return text === null ? null : Buffer.from(text, "utf8");
  }
  async has(key: string): Promise<boolean> {
    this.read(key);
    return this.texts.has(key);
  }
  async put(key: string, text: string): Promise<void> {
    this.writes += 1;
    this.note(key);
    for (let at = key.indexOf("/"); at >= 0; at = key.indexOf("/", at + 1)) {
      const folder = key.slice(0, at + 1);
      const keys = this.below.get(folder) ?? new Set();
      this.below.set(folder, keys.add(key));
    }
    this.texts.set(key, text);
  }
  async create(key: string, text: string): Promise<boolean> {
    if (this.texts.has(key)) {
      this.writes += 1;
      return false;
    }
    await this.put(key, text);
    return true;
  }
  async list(prefix: string, after = ""): Promise<string[]> {
    const keys = [...(this.below.get(prefix) ?? [])].filter((key) => key > after).sort();
    this.writes += Math.max(1, Math.ceil(keys.length / 1000));
    return keys;
  }
  locate(key: string): string {
    return key;
  }

  /** What S3 is asked while `work` is done, as often as it is done elsewhere and not here. */
  async times<T>(count: number, work: () => Promise<T>): Promise<T> {
    const [reads, writes, bytesRead] = [this.reads, this.writes, this.bytesRead];
    const folders = new Map(this.byFolder);
    const result = await work();
    this.reads = reads + (this.reads - reads) * count;
    this.writes = writes + (this.writes - writes) * count;
    this.bytesRead = bytesRead + (this.bytesRead - bytesRead) * count;
    for (const [folder, now] of this.byFolder) {
      const before = folders.get(folder) ?? 0;
      this.byFolder.set(folder, before + (now - before) * count);
    }
    return result;
  }

  asStore(): S3Store {
    return this as unknown as S3Store;
  }

  private read(key: string): void {
    this.reads += 1;
    this.note(key);
  }

  /** Few folders, so that what is played `times` over costs nothing to remember. */
  private note(key: string): void {
    const [top = "", , ...below] = key.split("/");
    const folder = top === "runs" ? below.slice(0, Math.max(1, Math.min(2, below.length - 1))).join("/") : top;
    this.byFolder.set(folder, (this.byFolder.get(folder) ?? 0) + 1);
  }
}
