import type { KnownIndex } from "./table.js";

/** Indexes by their name's key, and by their table. */
export class KnownIndexes {
  private readonly byKey = new Map<string, KnownIndex>();
  private readonly byTable = new Map<string, Map<string, KnownIndex>>();

  get(key: string): KnownIndex | undefined {
    return this.byKey.get(key);
  }

  has(key: string): boolean {
    return this.byKey.has(key);
  }

  set(key: string, index: KnownIndex): void {
    this.delete(key);
    this.byKey.set(key, index);
    const siblings = this.byTable.get(index.table);
    if (siblings) siblings.set(key, index);
    else this.byTable.set(index.table, new Map([[key, index]]));
  }

  delete(key: string): void {
    const index = this.byKey.get(key);
    if (!index) return;
    this.byKey.delete(key);
    this.byTable.get(index.table)?.delete(key);
  }

  /** Those of one table, by key. */
  ofTable(table: string): ReadonlyMap<string, KnownIndex> {
    return this.byTable.get(table) ?? NONE;
  }
}

const NONE: ReadonlyMap<string, KnownIndex> = new Map();
