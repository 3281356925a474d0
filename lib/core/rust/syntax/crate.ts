import { type Item, type ItemKind, itemsOf, type Use } from "./items.js";
import type { ParsedRust } from "./parse-rust.js";
import type { RustText } from "./rust-node.js";

/** All Rust files of a release, and what their names mean from each of them. */
export class Crate {
  private readonly byName = new Map<string, Item[]>();
  private readonly uses = new Map<string, readonly Use[]>();

  constructor(readonly files: readonly ParsedRust[]) {
    for (const file of files) {
      const { items, uses } = itemsOf(file);
      this.uses.set(file.source.path, uses);
      for (const item of items) {
        const list = this.byName.get(item.name);
        if (list) list.push(item);
        else this.byName.set(item.name, [item]);
      }
    }
  }

  all(kind: ItemKind): readonly Item[] {
    return [...this.byName.values()].flat().filter((item) => item.kind === kind);
  }

  named(kind: ItemKind, name: string): readonly Item[] {
    return (this.byName.get(name) ?? []).filter((item) => item.kind === kind);
  }

  /** The path behind the first part of another one: `use x::Table as T` makes `T::create` into `x::Table::create`. */
  expand(segments: readonly string[], from: RustText): readonly string[] {
    const [first = "", ...rest] = segments;
    const use = (this.uses.get(from.path) ?? []).find((each) => each.name === first);
    return use ? [...use.path, ...rest] : segments;
  }

  /**
   * The item that a path means in a file. The nearest wins: the same file, then the modules that the path or the file's
   * `use` lines name. Null when there is none, or when several stay that cannot be told apart.
   */
  resolve(kind: ItemKind, segments: readonly string[], from: RustText): Item | null {
    return this.candidates(kind, segments, from)[0] ?? null;
  }

  /** The items that a path can mean, the nearest alone when one is nearer than the others. */
  candidates(kind: ItemKind, segments: readonly string[], from: RustText): readonly Item[] {
    const path = this.expand(segments, from);
    const name = path.at(-1) ?? "";
    const all = this.named(kind, name);
    const explicit = modulesOf(path.slice(0, -1));
    const named = all.filter((item) => explicit.length > 0 && endsWith(item.module, explicit));
    if (named.length > 0) return nearest(named, from.module);
    const own = all.filter((item) => item.node.source.path === from.path);
    if (own.length > 0 && (explicit.length === 0 || path[0] === "self")) return own;
    if (own.length > 0 && explicit.length > 0 && named.length === 0 && path[0] !== "crate") return own;
    const globs = (this.uses.get(from.path) ?? []).filter((use) => use.name === "*").map((use) => modulesOf(use.path));
    const imported = all.filter((item) => globs.some((glob) => glob.length > 0 && endsWith(item.module, glob)));
    if (imported.length > 0) return nearest(imported, from.module);
    return nearest(all, from.module);
  }
}

function modulesOf(path: readonly string[]): readonly string[] {
  return path.filter((part) => part !== "crate" && part !== "self" && part !== "super");
}

function endsWith(whole: readonly string[], end: readonly string[]): boolean {
  return end.every((part, at) => {
    const other = whole[whole.length - end.length + at];
    return other === part || other?.replaceAll("-", "_") === part;
  });
}

/** Those that share the most leading modules with the file that asks. */
function nearest(items: readonly Item[], module: readonly string[]): readonly Item[] {
  const shared = (item: Item) => {
    let count = 0;
    while (count < module.length && item.module[count] === module[count]) count++;
    return count;
  };
  const most = Math.max(0, ...items.map(shared));
  return items.filter((item) => shared(item) === most);
}
