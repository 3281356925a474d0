import { type Item, type Place, placesOf } from "./items.js";
import { stringValue } from "./literals.js";
import { makes } from "./makers.js";
import type { ParsedRust } from "./parse-rust.js";
import { join, split, stemOf } from "./paths.js";

/** A file that is parsed only when a name leads to it. */
export interface LazyFile {
  /** From a folder above all files, so that it contains no `..`. */
  readonly path: string;
  readonly text: string;
  parse(): ParsedRust;
}

/** A module with its place in the tree. */
export interface Module {
  readonly place: Place;
  readonly parent: Module | null;
  readonly file: LazyFile;
  readonly parsed: ParsedRust;
  /** Folder of the files of the modules that it declares. */
  readonly folder: string;
}

type OnRead = (module: Module, impls: readonly Item[]) => void;

/**
 * The modules of the crates among the files. Files are read when a path leads to them; what a file is depends on what declares it, never on who asks
 * first. A file that nothing declares counts as the module that its location suggests.
 */
export class ModuleTree {
  private readonly byFile = new Map<string, Module>();
  private readonly ofPlace = new WeakMap<Place, Module>();
  private readonly children = new WeakMap<Module, Map<string, Module | null>>();
  private readonly searching = new Set<string>();

  constructor(
    private readonly files: ReadonlyMap<string, LazyFile>,
    /** Root files of crates that manifests name, by path. */
    private readonly roots: ReadonlySet<string>,
    private readonly onRead: OnRead,
  ) {}

  /** The module that a file is. Null for a file that does not exist. */
  moduleOf(path: string): Module | null {
    const known = this.byFile.get(path);
    if (known) return known;
    const file = this.files.get(path);
    if (!file || this.searching.has(path)) return null;
    this.searching.add(path);
    try {
      const module = this.declared(path) ?? this.read(file, null);
      this.byFile.set(path, module);
      return module;
    } finally {
      this.searching.delete(path);
    }
  }

  /** The module as its parent declares it. */
  private declared(path: string): Module | null {
    if (this.isRoot(path)) return null;
    const stem = stemOf(path);
    const home = stem === "mod" ? split(split(path)[0])[0] : split(path)[0];
    const name = stem === "mod" ? stemOf(split(path)[0]) : stem;
    const sibling = home === "" ? [] : [`${home}.rs`];
    const named = [...this.roots].filter((root) => split(root)[0] === home);
    const above = [...named, ...["lib.rs", "main.rs", "mod.rs"].map((file) => join(home, file)), ...sibling];
    const parents = above.flatMap((candidate) => (candidate === path ? [] : (this.moduleOf(candidate) ?? [])));
    const declares = (module: Module) => (module.place.items.get(name) ?? []).some((item) => item.kind === "module");
    for (const parent of [...parents.filter(declares), ...parents]) {
      const child = this.child(parent, name);
      if (child?.file.path === path) return child;
    }
    return null;
  }

  /** True for a crate's root file. */
  isRoot(path: string): boolean {
    return this.roots.has(path) || /(^|\/)(lib|main)\.rs$|(^|\/)src\/bin\/[^/]+\.rs$/.test(path);
  }

  private read(file: LazyFile, parent: Module | null): Module {
    const parsed = file.parse();
    const { top, impls } = placesOf(parsed.root);
    const [folder] = split(file.path);
    const flat = stemOf(file.path) === "mod" || this.isRoot(file.path);
    const module: Module = {
      place: top,
      parent,
      file,
      parsed,
      folder: flat ? folder : join(folder, stemOf(file.path)),
    };
    this.ofPlace.set(top, module);
    this.addInline(top, module);
    this.onRead(module, impls);
    return module;
  }

  private addInline(place: Place, module: Module): void {
    for (const inner of place.inner) {
      const { item } = inner;
      const own =
        item === null ? module : { ...module, place: inner, parent: module, folder: join(module.folder, item.name) };
      if (item !== null) this.ofPlace.set(inner, own);
      this.addInline(inner, own);
    }
  }

  /** The module around a place. */
  enclosing(place: Place): Module {
    for (let at: Place | null = place; at; at = at.outer) {
      const module = this.ofPlace.get(at);
      if (module) return module;
    }
    throw new Error("a place is in no module");
  }

  root(module: Module): Module {
    return module.parent ? this.root(module.parent) : module;
  }

  /** The module behind `mod name`, or the one whose file is where that would be. Null when there is none. */
  child(module: Module, name: string): Module | null {
    const known = this.children.get(module) ?? new Map<string, Module | null>();
    this.children.set(module, known);
    const before = known.get(name);
    if (before !== undefined) return before;
    const found = this.findChild(module, name);
    known.set(name, found);
    return found;
  }

  private findChild(module: Module, name: string): Module | null {
    const [item] = (module.place.items.get(name) ?? []).filter((each) => each.kind === "module");
    const inline = item ? module.place.inner.find((place) => place.item === item) : undefined;
    if (inline) return this.ofPlace.get(inline) ?? null;
    // A macro that may create the module itself: then no file says what it is.
    if (!item && module.place.makers.some((maker) => makes(maker, name))) return null;
    for (const path of this.filesOf(module, name, item)) {
      const file = this.files.get(path);
      if (!file || (!item && this.isRoot(path)) || isWithin(module, path)) continue;
      const own = this.moduleOf(path);
      if (own?.parent === module) return own;
      // Asked from within: this is the module that the file is. Otherwise a second one of the same file.
      if (own === null || item) return this.read(file, module);
    }
    return null;
  }

  private filesOf(module: Module, name: string, item: Item | undefined): readonly string[] {
    for (const attribute of item?.attributes ?? []) {
      const value = attribute.child("attribute")?.field("value");
      if (value && attribute.child("attribute")?.children[0]?.text === "path") {
        const inlined = module.place.item !== null;
        return [join(inlined ? module.folder : split(module.file.path)[0], stringValue(value))];
      }
    }
    return [join(module.folder, `${name}.rs`), join(module.folder, `${name}/mod.rs`)];
  }
}

function isWithin(module: Module, path: string): boolean {
  for (let at: Module | null = module; at; at = at.parent) if (at.file.path === path) return true;
  return false;
}
