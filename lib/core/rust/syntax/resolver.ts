import type { Presence } from "./attributes.js";
import { type Item, inNamespace, type Namespace, type Place, type Use } from "./items.js";
import { makes } from "./makers.js";
import type { Module, ModuleTree } from "./module-tree.js";
import { typePath } from "./paths.js";
import { variantNode } from "./variants.js";

export type Found =
  | { readonly kind: "item"; readonly item: Item }
  | { readonly kind: "module"; readonly module: Module }
  | { readonly kind: "variant"; readonly item: Item; readonly variant: string }
  /** Something of a type that the path names: a variant, a method, a constant. */
  | { readonly kind: "member"; readonly item: Item; readonly rest: readonly string[] }
  /** Not among the files: the path as its own crate knows it. */
  | { readonly kind: "external"; readonly path: readonly string[] }
  | { readonly kind: "ambiguous" };

/** A function or method: in the files, one of several, or from elsewhere under the path that its own crate knows. */
export type FoundFunction =
  | { readonly kind: "item"; readonly item: Item }
  | { readonly kind: "ambiguous" }
  | { readonly kind: "external"; readonly path: readonly string[] };

type Candidate = { readonly found: Found; readonly presence: Presence };

const AMBIGUOUS: Found = { kind: "ambiguous" };

/** What names mean, by the rules of the language. */
export class Resolver {
  private readonly resolving = new Set<string>();
  private readonly globbing = new Set<Place>();

  constructor(
    private readonly tree: ModuleTree,
    /** The root of a crate among the files, by the name that code uses for it. */
    private readonly crateNamed: (name: string) => Module | null,
    /** The files that may be the module of that path, for a crate whose root is not among them. */
    private readonly filesNamed: (path: readonly string[]) => readonly Module[],
  ) {}

  /** Null when nothing among the files or their `use` lines defines the name. */
  resolve(path: readonly string[], namespace: Namespace, place: Place): Found | null {
    const [first = "", ...rest] = path;
    const module = this.tree.enclosing(place);
    if (first === "::") return this.fromCrate(rest, namespace);
    if (first === "crate") return this.fromRoot(module, rest, namespace);
    if (first === "self" && rest.length > 0) return this.inModule(module, rest, namespace, module);
    if (first === "super") return module.parent ? this.fromSuper(module.parent, rest, namespace, module) : null;
    const start = this.lexical(first, rest.length > 0 ? "type" : namespace, place);
    if (start) return this.walk(start, rest, namespace, module);
    const crate = rest.length > 0 || namespace === "type" ? this.crateNamed(first) : null;
    return crate ? this.walk({ kind: "module", module: crate }, rest, namespace, module) : null;
  }

  private fromCrate([name = "", ...rest]: readonly string[], namespace: Namespace): Found {
    const crate = this.crateNamed(name);
    if (!crate) return { kind: "external", path: [name, ...rest] };
    return this.walk({ kind: "module", module: crate }, rest, namespace, null) ?? AMBIGUOUS;
  }

  private fromRoot(module: Module, rest: readonly string[], namespace: Namespace): Found | null {
    const root = this.tree.root(module);
    const found = this.inModule(root, rest, namespace, module);
    if (found || this.tree.isRoot(root.file.path) || rest.length === 0) return found;
    // The crate's own root is not among the files: at most one file can be meant.
    for (let length = rest.length; length > 0; length--) {
      const [only, ...others] = this.filesNamed(rest.slice(0, length));
      if (others.length > 0) return AMBIGUOUS;
      if (only) return this.inModule(only, rest.slice(length), namespace, module);
    }
    return rest.length > 1 ? AMBIGUOUS : null;
  }

  private fromSuper(parent: Module, rest: readonly string[], namespace: Namespace, from: Module): Found | null {
    const [next, ...more] = rest;
    if (next === "super") return parent.parent ? this.fromSuper(parent.parent, more, namespace, from) : null;
    if (next === undefined) return { kind: "module", module: parent };
    return this.inModule(parent, rest, namespace, from);
  }

  private inModule(
    module: Module,
    [first, ...rest]: readonly string[],
    namespace: Namespace,
    from: Module | null,
  ): Found | null {
    if (first === undefined) return { kind: "module", module };
    const start = this.within(module.place, first, rest.length > 0 ? "type" : namespace, from);
    if (start) return this.walk(start, rest, namespace, from);
    const outside = this.outside(module.place);
    return outside ? { kind: "external", path: [...outside, first, ...rest] } : null;
  }

  /** The crate that a module re-exports as a whole: what the module itself lacks may come from there. */
  private outside(place: Place): readonly string[] | null {
    const [only] = this.globsOf(place).flatMap((found) => (found?.kind === "external" ? [found.path] : []));
    return only ?? null;
  }

  /** Continues from what the first part of a path means. */
  private walk(start: Found, rest: readonly string[], namespace: Namespace, from: Module | null): Found | null {
    if (rest.length === 0) return start;
    if (start.kind === "module") return this.inModule(start.module, rest, namespace, from);
    if (start.kind === "external") return { kind: "external", path: [...start.path, ...rest] };
    if (start.kind === "member") return { ...start, rest: [...start.rest, ...rest] };
    if (start.kind !== "item") return start.kind === "variant" ? null : start;
    const [name = ""] = rest;
    if (start.item.kind === "parameter") return AMBIGUOUS;
    if (start.item.kind === "enum" && rest.length === 1 && variantNode(start.item, name)) {
      return { kind: "variant", item: start.item, variant: name };
    }
    return { kind: "member", item: start.item, rest };
  }

  /** From the innermost block outwards up to the module, not beyond it. */
  private lexical(name: string, namespace: Namespace, place: Place): Found | null {
    let hidden = false;
    for (let at: Place | null = place; at; at = at.outer) {
      const found = this.within(at, name, namespace, this.tree.enclosing(at));
      if (found) return hidden || this.mayGoBy(at, name, namespace, found) ? AMBIGUOUS : found;
      if (at.kind === "module") return null;
      // A block's glob imports take precedence over what surrounds the block.
      hidden ||= this.globsOf(at).some((source) => source?.kind === "ambiguous");
    }
    return null;
  }

  /** True when a build may lack the name here, and would then find another one further out. */
  private mayGoBy(at: Place, name: string, namespace: Namespace, found: Found): boolean {
    if (at.kind === "module" || !at.outer) return false;
    const here = [...(at.items.get(name) ?? []), ...at.uses.filter((use) => use.name === name || use.name === "*")];
    if (!here.some(({ presence }) => presence === "maybe")) return false;
    const outer = this.lexical(name, namespace, at.outer);
    return outer !== null && !isSame(outer, found);
  }

  private globsOf(place: Place): readonly (Found | null)[] {
    // Resolving a glob may ask for the same glob again.
    if (this.globbing.has(place)) return [];
    this.globbing.add(place);
    try {
      return place.uses.filter((use) => use.name === "*").map((use) => this.target(use, "type", place));
    } finally {
      this.globbing.delete(place);
    }
  }

  /** What a name means in a module or block: first what it defines, then what it imports by name, then what its globs bring. */
  within(place: Place, name: string, namespace: Namespace, from: Module | null): Found | null {
    const key = `${this.idOf(place)} ${namespace} ${name} ${from ? this.idOf(from.place) : ""}`;
    if (this.resolving.has(key)) return null;
    this.resolving.add(key);
    try {
      return this.search(place, name, namespace, from);
    } finally {
      this.resolving.delete(key);
    }
  }

  private search(place: Place, name: string, namespace: Namespace, from: Module | null): Found | null {
    const own = [...this.defined(place, name, namespace), ...this.taken(place, name, namespace, from)];
    if (own.some(({ presence }) => presence === "yes")) return own.length === 1 ? (own[0]?.found ?? null) : same(own);
    const brought = this.brought(place, name, namespace, from);
    const all = [...own, ...brought];
    // What a macro defines here takes precedence over what a glob brings.
    if (all.length > 0) return place.makers.some((maker) => makes(maker, name)) ? AMBIGUOUS : same(all);
    const implicit =
      place.kind === "module" && namespace === "type" ? this.tree.child(this.tree.enclosing(place), name) : null;
    return implicit ? { kind: "module", module: implicit } : null;
  }

  private defined(place: Place, name: string, namespace: Namespace): readonly Candidate[] {
    return (place.items.get(name) ?? [])
      .filter((item) => inNamespace(item, namespace))
      .map((item) => ({ found: this.foundOf(item, place, name), presence: item.presence }));
  }

  private foundOf(item: Item, place: Place, name: string): Found {
    if (item.kind === "alias") return this.aliased(item);
    if (item.kind !== "module") return { kind: "item", item };
    // If several share one name, as in builds with different features, none is taken for the others.
    const several = (place.items.get(name) ?? []).filter((each) => each.kind === "module").length > 1;
    const module = place.kind === "module" && !several ? this.tree.child(this.tree.enclosing(place), name) : null;
    return module ? { kind: "module", module } : AMBIGUOUS;
  }

  /** `type A = b::C`: what `b::C` means there. */
  private aliased(item: Item): Found {
    const type = item.node.field("type");
    if (!type || !/^(scoped_)?type_identifier$/.test(type.type)) return { kind: "item", item };
    return this.resolve(typePath(type.text), "type", item.home) ?? { kind: "external", path: typePath(type.text) };
  }

  /** `use` lines that provide the name. */
  private taken(place: Place, name: string, namespace: Namespace, from: Module | null): readonly Candidate[] {
    return place.uses
      .filter((use) => use.name === name && this.sees(use, place, from))
      .flatMap((use) => {
        const found = this.target(use, namespace, place);
        return found ? [{ found, presence: use.presence }] : [];
      });
  }

  /** What a `use` line means in a namespace. A crate that is not among the files counts as having every name. */
  private target(use: Use, namespace: Namespace, place: Place): Found | null {
    const found = this.resolve(use.path, namespace, place);
    if (found) return found;
    const [first = ""] = use.path;
    if (/^(crate|self|super)$/.test(first)) {
      return this.known(use.path, place) ? null : AMBIGUOUS;
    }
    const inside = this.lexical(first, "type", place) ?? this.crateNamed(first);
    return inside ? (this.known(use.path, place) ? null : AMBIGUOUS) : { kind: "external", path: use.path };
  }

  private known(path: readonly string[], place: Place): boolean {
    return (["type", "value", "macro"] as const).some((namespace) => this.resolve(path, namespace, place) !== null);
  }

  private brought(place: Place, name: string, namespace: Namespace, from: Module | null): readonly Candidate[] {
    return place.uses
      .filter((use) => use.name === "*" && this.sees(use, place, from))
      .flatMap((use): Candidate[] => {
        const source = this.resolve(use.path, "type", place);
        const importer = this.tree.enclosing(place);
        if (source?.kind === "module") {
          const found = this.within(source.module.place, name, namespace, importer);
          const visible = found && this.isVisible(found, source.module, name, importer);
          return visible ? [{ found, presence: use.presence }] : [];
        }
        if (source?.kind === "item" && source.item.kind === "enum" && namespace !== "macro") {
          const variant = variantNode(source.item, name);
          return variant
            ? [{ found: { kind: "variant", item: source.item, variant: name }, presence: use.presence }]
            : [];
        }
        return [];
      });
  }

  /** Private names are visible only in their module and the modules inside it. */
  private isVisible(found: Found, source: Module, name: string, importer: Module): boolean {
    if (isInside(importer, source)) return true;
    const items = source.place.items.get(name) ?? [];
    const direct = items.find((item) => found.kind === "item" && item === found.item);
    const module = found.kind === "module" ? items.find((item) => item.kind === "module") : undefined;
    const item = direct ?? module;
    if (!item) return true;
    if (item.kind === "derived" || item.kind === "macro") return true;
    const visibility = item.node.child("visibility_modifier")?.text ?? null;
    return visibility !== null && this.reaches(visibility, source, importer);
  }

  /** True when the module that asks sees a place's `use` line. */
  private sees(use: Use, place: Place, from: Module | null): boolean {
    const owner = this.tree.enclosing(place);
    if (!from || isInside(from, owner)) return true;
    return use.visibility !== null && this.reaches(use.visibility, owner, from);
  }

  private reaches(visibility: string, owner: Module, from: Module): boolean {
    const where = /\(\s*(?:in\s+)?([\w:]+)\s*\)/.exec(visibility)?.[1];
    if (where === undefined) return true;
    if (where === "crate") return this.tree.root(owner) === this.tree.root(from);
    if (where === "self") return isInside(from, owner);
    if (where === "super") return owner.parent !== null && isInside(from, owner.parent);
    return true;
  }

  private readonly ids = new WeakMap<Place, number>();
  private next = 0;

  private idOf(place: Place): number {
    const known = this.ids.get(place) ?? this.next++;
    this.ids.set(place, known);
    return known;
  }
}

function isInside(module: Module, ancestor: Module): boolean {
  for (let at: Module | null = module; at; at = at.parent) if (at.place === ancestor.place) return true;
  return false;
}

/** The only thing that all candidates mean. */
function same(candidates: readonly Candidate[]): Found {
  const [first] = candidates;
  if (!first) return AMBIGUOUS;
  return candidates.every(({ found }) => isSame(found, first.found)) ? first.found : AMBIGUOUS;
}

function isSame(a: Found, b: Found): boolean {
  if (a.kind === "item" && b.kind === "item") return a.item === b.item;
  if (a.kind === "module" && b.kind === "module") return a.module.place === b.module.place;
  if (a.kind === "variant" && b.kind === "variant") return a.item === b.item && a.variant === b.variant;
  return a.kind === "external" && b.kind === "external" && a.path.join("::") === b.path.join("::");
}
