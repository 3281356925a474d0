import type { Artifacts } from "../../../lib/ports/artifacts.js";

/** Artifacts as texts in memory, which counts the requests that a bucket would see. */
export class MemoryArtifacts implements Artifacts {
  reads = 0;
  writes = 0;
  bytes = 0;
  private readonly texts = new Map<string, string>();

  async put(key: string, value: unknown): Promise<void> {
    await this.putText(key, JSON.stringify(value));
  }
  async get<T>(key: string): Promise<T | null> {
    const text = await this.getText(key);
    return text === null ? null : (JSON.parse(text) as T);
  }
  async has(key: string): Promise<boolean> {
    this.reads++;
    return this.texts.has(key);
  }
  async create(key: string, value: unknown): Promise<boolean> {
    if (this.texts.has(key)) return false;
    await this.put(key, value);
    return true;
  }
  async list(prefix: string): Promise<readonly string[]> {
    const keys = [...this.texts.keys()].filter((key) => key.startsWith(`${prefix}/`)).sort();
    this.reads += Math.max(1, Math.ceil(keys.length / 1000));
    return keys;
  }
  async putText(key: string, text: string): Promise<void> {
    this.writes++;
    this.bytes += text.length;
    this.texts.set(key, text);
  }
  async getText(key: string): Promise<string | null> {
    this.reads++;
    return this.texts.get(key) ?? null;
  }
  locate(key: string): string {
    return key;
  }
}
