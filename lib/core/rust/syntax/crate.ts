import { type Item, type ItemKind, itemsOf, type Use } from "./items.js";
import type { ParsedRust } from "./parse-rust.js";
import type { RustText } from "./rust-node.js";

/** A file that is parsed only when a name is looked for that it may define. */
export interface LazyFile {
  readonly text: string;
  readonly module: readonly string[];
  parse(): ParsedRust;
}

/** All Rust files of a release, and what their names mean from each of them. */
export class Crate {
  readonly files: ParsedRust[] = [];
  private readonly byName = new Map<string, Item[]>();
  private readonly uses = new Map<string, readonly Use[]>();
  private readonly waiting: Set<LazyFile>;
  /** Which of the files around may define a name. */
  private readonly defined = new Map<string, LazyFile[]>();
  /** Answers by name; they hold until another file that has the name is parsed. */
  private readonly answers = new Map<string, Map<string, readonly Item[]>>();
  /** Every part of the module path of any file. */
  private readonly modules = new Set<string>();
  private readonly expansions = new Map<string, Use | null>();

  constructor(
    files: readonly ParsedRust[],
    around: readonly LazyFile[] = [],
    /** Folders of the crates among the files, by the name that code calls them. */
    private readonly packages: ReadonlyMap<string, string> = new Map(),
  ) {
    this.waiting = new Set(around);
    for (const file of around) {
      for (const part of file.module) this.modules.add(part.replaceAll("-", "_"));
      for (const name of definedNames(file.text)) {
        const list = this.defined.get(name);
        if (list) list.push(file);
        else this.defined.set(name, [file]);
      }
    }
    for (const file of files) this.add(file);
  }

  private add(file: ParsedRust): void {
    this.expansions.clear();
    for (const part of file.source.module) this.modules.add(part.replaceAll("-", "_"));
    this.files.push(file);
    const { items, uses } = itemsOf(file);
    this.uses.set(file.source.path, uses);
    for (const item of items) {
      this.answers.delete(item.name);
      const list = this.byName.get(item.name);
      if (list) list.push(item);
      else this.byName.set(item.name, [item]);
    }
  }

  /** True for the name of a crate of which no file is here: what it holds is not to be taken from elsewhere. */
  private isForeign(head: string): boolean {
    if (!/^[a-z]/.test(head) || /^(crate|self|super)$/.test(head)) return false;
    return !this.modules.has(head) && this.seek(head).every((item) => item.kind !== "module");
  }

  /** Parses files around. */
  private fetch(files: readonly LazyFile[]): void {
    const fitting = files.filter((file) => this.waiting.delete(file));
    for (const file of fitting) this.add(file.parse());
  }

  /** With a module, the files that can be that module come first, and the others only when those do not have the name. */
  private seek(name: string, module: string | null = null): readonly Item[] {
    const around = this.defined.get(name) ?? [];
    const fitting = module === null ? around : around.filter((file) => mayBe(file, module));
    this.defined.set(
      name,
      around.filter((file) => !fitting.includes(file)),
    );
    this.fetch(fitting);
    const found = this.byName.get(name) ?? [];
    if (module !== null && found.length === 0 && fitting.length < around.length) return this.seek(name);
    return found;
  }

  all(kind: ItemKind): readonly Item[] {
    return [...this.byName.values()].flat().filter((item) => item.kind === kind);
  }

  named(kind: ItemKind, name: string): readonly Item[] {
    return this.seek(name).filter((item) => item.kind === kind);
  }

  /** The path behind the first part of another one: `use x::Table as T` makes `T::create` into `x::Table::create`. */
  expand(segments: readonly string[], from: RustText): readonly string[] {
    const [first = "", ...rest] = segments;
    const key = JSON.stringify([first, from.path]);
    let use = this.expansions.get(key);
    if (use === undefined) {
      const own = this.uses.get(from.path) ?? [];
      use = own.find((each) => each.name === first) ?? this.reexported(first, own);
      this.expansions.set(key, use);
    }
    return use ? [...use.path, ...rest] : segments;
  }

  /** A name that a module passes on (`pub use super::user::Entity as User`) and that a file takes with `use module::*`. */
  private reexported(name: string, uses: readonly Use[]): Use | null {
    const globs = uses.filter((use) => use.name === "*").map((use) => modulesOf(use.path));
    const passedOn = (module: readonly string[]) => globs.some((glob) => glob.length > 0 && endsWith(module, glob));
    if (globs.length > 0)
      this.fetch([...this.waiting].filter((file) => passedOn(file.module) && file.text.includes(name)));
    for (const { source } of this.files) {
      if (!passedOn(source.module)) continue;
      const found = (this.uses.get(source.path) ?? []).find((each) => each.name === name);
      if (found) return found;
    }
    return null;
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
    const key = JSON.stringify([kind, segments, from.path]);
    const known = this.answers.get(name)?.get(key);
    if (known) return known;
    const found = this.find(kind, path, from);
    const answers = this.answers.get(name) ?? new Map<string, readonly Item[]>();
    this.answers.set(name, answers.set(key, found));
    return found;
  }

  private find(kind: ItemKind, path: readonly string[], from: RustText): readonly Item[] {
    const name = path.at(-1) ?? "";
    const [head = ""] = path;
    const folder = path.length > 1 ? this.packages.get(head) : undefined;
    const explicit = modulesOf(path.slice(folder === undefined ? 0 : 1, -1));
    const everywhere = this.seek(name, explicit.at(-1) ?? null).filter((item) => item.kind === kind);
    const all = folder === undefined ? everywhere : everywhere.filter((item) => liesIn(item, folder));
    const named = explicit.length > 0 ? inModule(all, explicit) : [];
    if (named.length > 0) return nearest(named, from.module);
    if (folder === undefined && path.length > 1 && this.isForeign(head)) return [];
    const own = all.filter((item) => item.node.source.path === from.path);
    if (own.length > 0 && path[0] !== "crate") return own;
    const globs = (this.uses.get(from.path) ?? []).filter((use) => use.name === "*").map((use) => modulesOf(use.path));
    const imported = globs.flatMap((glob) => (glob.length > 0 ? inModule(all, glob) : []));
    if (imported.length > 0) return nearest(imported, from.module);
    return nearest(all, from.module);
  }
}

function liesIn(item: Item, folder: string): boolean {
  return folder === "" || item.node.source.path.startsWith(`${folder}/`);
}

function mayBe(file: LazyFile, module: string): boolean {
  return file.module.some((part) => part.replaceAll("-", "_") === module) || file.text.includes(`mod ${module}`);
}

const DEFINITION =
  /\b(?:fn|enum|struct|const|static|mod)\s+(?:r#)?(\w+)|\bmacro_rules!\s*(\w+)|\bimpl\b[^{;]*?\b(\w+)\s*(?:<[^{;]*>)?\s*\{/g;

/** The names that a text may define, without parsing it. */
function definedNames(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(DEFINITION)].map((match) => match[1] ?? match[2] ?? match[3] ?? ""));
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

/**
 * The items of a module. Above the release's folder the names of the folders are not known, so that a file there knows
 * only the end of its own module's path: the longest end that fits counts when no whole path does.
 */
function inModule(items: readonly Item[], path: readonly string[]): readonly Item[] {
  const whole = items.filter((item) => endsWith(item.module, path));
  if (whole.length > 0) return whole;
  const fitting = items.filter(({ module }) => module.length > 0 && endsWith(path, module));
  const longest = Math.max(0, ...fitting.map(({ module }) => module.length));
  return fitting.filter(({ module }) => module.length === longest);
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
