import type { Node } from "libpg-query";

export interface KnownTree {
  readonly node: Node;
  /** As of `ParsedStatement`. */
  readonly base: number;
}

/** Characters of the statements whose trees are kept; a tree takes about fifty times its text. */
const ROOM = 1 << 20;

/** Trees of the most recently parsed statements, by their text: a release is stored as text, and many ask for its trees. Nobody changes a tree. */
export class KnownTrees {
  private readonly trees = new Map<string, KnownTree>();
  private size = 0;

  get(sql: string): KnownTree | undefined {
    const found = this.trees.get(sql);
    if (!found) return undefined;
    this.trees.delete(sql);
    this.trees.set(sql, found);
    return found;
  }

  note(sql: string, tree: KnownTree): void {
    if (sql.length > ROOM || this.trees.has(sql)) return;
    this.trees.set(sql, tree);
    this.size += sql.length;
    for (const oldest of this.trees.keys()) {
      if (this.size <= ROOM) return;
      this.trees.delete(oldest);
      this.size -= oldest.length;
    }
  }
}
