import type { KnownIndex } from "./table.js";

/** Indexes by the key of their name, and by their table. */
export class KnownIndexes {
  private readonly byKey = new Map<string, KnownIndex>();
  private readonly keysByTable = new Map<string, Set<string>>();

  get(key: string): KnownIndex | undefined {
    return this.byKey.get(key);
  }

  has(key: string): boolean {
    return this.byKey.has(key);
  }

  set(key: string, index: KnownIndex): void {
    this.delete(key);
    this.byKey.set(key, index);
    const keys = this.keysByTable.get(index.table);
    if (keys) keys.add(key);
    else this.keysByTable.set(index.table, new Set([key]));
  }

  delete(key: string): void {
    const index = this.byKey.get(key);
    if (!index) return;
    this.byKey.delete(key);
    this.keysByTable.get(index.table)?.delete(key);
  }

  /** Those of one table, with their keys. */
  ofTable(table: string): readonly (readonly [string, KnownIndex])[] {
    return [...(this.keysByTable.get(table) ?? [])].flatMap((key) => {
      const index = this.byKey.get(key);
      return index ? [[key, index] as const] : [];
    });
  }
}
