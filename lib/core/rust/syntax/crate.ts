import { attributesTold } from "./attributes.js";
import { bringsMacros, nameForDerive } from "./derive-attribute.js";
import {
  constantsOf,
  type Item,
  type ItemKind,
  innermost,
  itemsIn,
  methodsOf,
  type Namespace,
  type Place,
  pathOf,
  takesSelf,
} from "./items.js";
import { filesByMention } from "./mentions.js";
import { type LazyFile, ModuleTree } from "./module-tree.js";
import type { Package } from "./packages.js";
import type { ParsedRust } from "./parse-rust.js";
import { mayBe } from "./paths.js";
import { type Found, type FoundFunction, Resolver } from "./resolver.js";
import type { RustNode } from "./rust-node.js";

export type { LazyFile } from "./module-tree.js";

const NAMESPACE: Readonly<Partial<Record<ItemKind, Namespace>>> = { const: "value", function: "value", macro: "macro" };

/** All Rust files of a release, and what their names mean from each place in them. */
export class Crate {
  private readonly tree: ModuleTree;
  private readonly resolver: Resolver;
  private readonly files = new Map<string, LazyFile>();
  /** By the path under which nodes know their file. */
  private readonly virtual = new Map<string, string>();
  private readonly impls: Item[] = [];
  private readonly owners = new Map<Item, Found | null>();
  private readonly answers = new Map<string, Found | null>();
  /** Whether a crate's macros are in scope everywhere without a `use`. */
  private readonly bringsMacros: boolean;
  /** The files that may contain an impl of a type, or a macro, with a given name; they are read when it is asked for. */
  private readonly mentions: ReadonlyMap<string, readonly LazyFile[]>;

  constructor(
    files: readonly LazyFile[],
    /** Files that are read whether or not a name leads to them. */
    private readonly inside: readonly LazyFile[] = files,
    packages: readonly Package[] = [],
  ) {
    for (const file of files) this.files.set(file.path, file);
    this.mentions = filesByMention(files);
    this.bringsMacros = files.some(({ text }) => bringsMacros(text));
    const roots = new Set(packages.flatMap((each) => each.roots));
    const named = new Map(packages.map((each) => [each.name, each.roots]));
    this.tree = new ModuleTree(this.files, roots, (module, impls) => {
      this.virtual.set(module.parsed.source.path, module.file.path);
      this.impls.push(...impls);
      this.answers.clear();
      this.owners.clear();
    });
    const crateNamed = (name: string) => {
      const [root] = named.get(name) ?? [];
      return root === undefined ? null : this.tree.moduleOf(root);
    };
    const filesNamed = (path: readonly string[]) =>
      files.filter((file) => mayBe(file.path, path)).flatMap((file) => this.tree.moduleOf(file.path) ?? []);
    this.resolver = new Resolver(this.tree, crateNamed, filesNamed);
    for (const file of inside) this.tree.moduleOf(file.path);
  }

  /** The trees of the files inside the folder. */
  get parsed(): readonly ParsedRust[] {
    return this.inside.flatMap((file) => this.tree.moduleOf(file.path)?.parsed ?? []);
  }

  /** Everything of a kind in the files inside the folder. */
  all(kind: ItemKind): readonly Item[] {
    return this.inside.flatMap((file) => {
      const module = this.tree.moduleOf(file.path);
      if (!module) return [];
      const own = (item: Item) => item.node.source === module.parsed.source;
      if (kind === "impl") return this.impls.filter(own);
      return kind === "method" ? this.impls.filter(own).flatMap(methodsOf) : itemsIn(module.place, kind);
    });
  }

  /** The methods of every impl in a file, wherever they are. */
  methodsIn(file: string): readonly Item[] {
    return this.impls.filter((impl) => impl.node.source.path === file).flatMap(methodsOf);
  }

  /** The methods of an impl. */
  methods(impl: Item): readonly Item[] {
    return methodsOf(impl);
  }

  private find(path: readonly string[], namespace: Namespace, node: RustNode): Found | null {
    const place = this.placeOf(node);
    if (!place) return null;
    const key = `${place.node.source.path}:${place.node.start}:${place.kind} ${namespace} ${path.join("::")}`;
    const known = this.answers.get(key);
    if (known !== undefined) return known;
    const found = this.resolver.resolve(path, namespace, place);
    this.answers.set(key, found);
    return found;
  }

  /** The innermost module or block around a node; for a macro's expansion, around its call. */
  private placeOf(node: RustNode): Place | null {
    if (node.source.origin) return this.placeOf(node.source.origin);
    const path = this.virtual.get(node.source.path);
    const module = path === undefined ? null : this.tree.moduleOf(path);
    if (!module) return null;
    return innermost(module.place, node);
  }

  /** Null when the files contain no such item. */
  resolve(kind: ItemKind, path: readonly string[], node: RustNode): Item | "ambiguous" | null {
    const found = this.find(path, NAMESPACE[kind] ?? "type", node);
    if (found?.kind === "ambiguous") return "ambiguous";
    if (found?.kind === "item") return found.item.kind === kind ? found.item : null;
    if (found?.kind === "member" && kind === "const") return this.constant(found.item, found.rest);
    if (kind === "macro" && !found && path.length === 1) return this.textualMacro(path[0] ?? "", node);
    return null;
  }

  /** What a path means where a type is expected. */
  type(path: readonly string[], node: RustNode): Found | null {
    return this.find(path, "type", node);
  }

  /** A type's path followed by a variant or a member, or the value itself. */
  value(path: readonly string[], node: RustNode): Found | null {
    return this.find(path, "value", node) ?? this.find(path, "type", node);
  }

  /** A `macro_rules!` in the same crate: the text around it is its scope. */
  private textualMacro(name: string, node: RustNode): Item | "ambiguous" | null {
    const place = this.placeOf(node);
    if (!place) return null;
    const root = this.tree.root(this.tree.enclosing(place));
    const found = (this.mentions.get(`${name}!`) ?? []).flatMap((file) => {
      const module = this.tree.moduleOf(file.path);
      if (!module || this.tree.root(module) !== root) return [];
      return itemsIn(module.place, "macro").filter((item) => item.name === name);
    });
    return found.length > 1 ? "ambiguous" : (found[0] ?? null);
  }

  private constant(owner: Item, rest: readonly string[]): Item | "ambiguous" | null {
    const found = this.implsOf(owner)
      .flatMap(constantsOf)
      .filter((item) => rest.length === 1 && item.name === rest[0]);
    return found.length > 1 ? "ambiguous" : (found[0] ?? null);
  }

  isConstant(path: readonly string[], node: RustNode): boolean {
    return this.resolve("const", path, node) !== null;
  }

  /** A path as the other crate itself names it: `use x::Table as T` turns `T::create` into `x::Table::create`. */
  expand(path: readonly string[], node: RustNode): readonly string[] {
    const namespace = path.at(-1)?.endsWith("!") ? "macro" : "value";
    const plain = path.map((part) => part.replace(/!$/, ""));
    const found = this.find(plain, namespace, node) ?? this.find(plain, "type", node);
    const whole = found?.kind === "external" ? found.path : path;
    return whole[0] === "::" ? whole.slice(1) : whole;
  }

  /** The function that a path means. */
  resolveFunction(path: readonly string[], node: RustNode): FoundFunction {
    const found = this.find(path, "value", node);
    if (found?.kind === "ambiguous") return { kind: "ambiguous" };
    if (found?.kind === "item" && found.item.kind === "function") return { kind: "item", item: found.item };
    if (found?.kind === "member") return this.associated(found.item, found.rest, path);
    if (found?.kind === "item" && found.item.kind === "const") return { kind: "ambiguous" };
    return { kind: "external", path: this.expand(path, node) };
  }

  private associated(owner: Item, rest: readonly string[], path: readonly string[]): FoundFunction {
    const [name = ""] = rest;
    if (rest.length !== 1 || owner.kind === "trait") return { kind: "ambiguous" };
    const found = this.methodsNamed(owner, name);
    if (found.length > 1) return { kind: "ambiguous" };
    return found[0] ? { kind: "item", item: found[0] } : { kind: "external", path };
  }

  /** The method that a call on a value means. If the files do not define it, it is `external`: a library's, or the language's. */
  methodOf(
    path: readonly string[] | null,
    from: RustNode | null,
    /** The name of another crate's type that the value is known to have. */
    type: string | null,
    name: string,
    node: RustNode,
  ): FoundFunction {
    const external: FoundFunction = { kind: "external", path: [name] };
    const found = path && from ? this.find(path, "type", from) : null;
    if (found?.kind === "ambiguous") return { kind: "ambiguous" };
    const owner = found?.kind === "item" || found?.kind === "variant" || found?.kind === "member" ? found.item : null;
    if (owner && owner.kind !== "derived") {
      const own = this.methodsNamed(owner, name).filter(takesSelf);
      if (own.length > 1) return { kind: "ambiguous" };
      if (own[0]) return { kind: "item", item: own[0] };
    }
    // A trait of the files that is in scope may define it for any type.
    const traits = this.traitsInScope(node).filter((item) =>
      methodsOf(item).some((each) => each.name === name && takesSelf(each)),
    );
    if (traits.length === 0) return external;
    return type === null ? { kind: "ambiguous" } : this.extension(traits, type, name);
  }

  /** The method that a trait of the files adds to another crate's type. */
  private extension(traits: readonly Item[], type: string, name: string): FoundFunction {
    const found = traits.flatMap((item) => {
      for (const file of this.mentions.get(item.name) ?? []) this.tree.moduleOf(file.path);
      const impls = this.impls.filter((impl) => impl.trait === item.name && this.isFor(impl, item));
      // An impl for a type parameter, or a reference, may also apply to this type.
      if (impls.some((impl) => impl.node.field("type_parameters") !== null)) return [null, null];
      return impls
        .filter((impl) => impl.type === type)
        .flatMap((impl) => [...methodsOf(impl), ...methodsOf(item).filter((each) => each.node.field("body"))])
        .filter((each) => each.name === name)
        .slice(0, 1);
    });
    const [only] = found;
    return only && found.length === 1 ? { kind: "item", item: { ...only, type } } : { kind: "ambiguous" };
  }

  private isFor(impl: Item, item: Item): boolean {
    const found = this.find(pathOf(impl.node.field("trait")), "type", impl.node);
    return found?.kind === "item" && found.item.node === item.node;
  }

  private methodsNamed(owner: Item, name: string): readonly Item[] {
    const impls = this.implsOf(owner);
    const own = impls.flatMap(methodsOf).filter((item) => item.name === name);
    if (own.length > 0) return own;
    return impls.flatMap((impl) => {
      const path = pathOf(impl.node.field("trait"));
      const found = path.length > 0 ? this.find(path, "type", impl.node) : null;
      if (found?.kind !== "item" || found.item.kind !== "trait") return [];
      return methodsOf(found.item)
        .filter((item) => item.name === name && item.node.field("body"))
        .map((item): Item => ({ ...item, type: owner.name, owner }));
    });
  }

  private traitsInScope(node: RustNode): readonly Item[] {
    const traits: Item[] = [];
    for (let at = this.placeOf(node); at; at = at.kind === "module" ? null : at.outer) {
      traits.push(...[...at.items.values()].flat().filter((item) => item.kind === "trait"));
      for (const use of at.uses) {
        const found = this.resolver.resolve(use.path, "type", at);
        if (found?.kind === "item" && found.item.kind === "trait") traits.push(found.item);
        if (use.name === "*" && found?.kind === "module") traits.push(...itemsIn(found.module.place, "trait"));
      }
    }
    return traits;
  }

  /** The impls of a type that the files define, wherever they are. */
  implsOf(owner: Item): readonly Item[] {
    for (const file of this.mentions.get(owner.name) ?? []) this.tree.moduleOf(file.path);
    return this.impls.filter((impl) => impl.type === owner.name && this.isOf(impl, owner));
  }

  private isOf(impl: Item, owner: Item): boolean {
    const known = this.owners.get(impl);
    const found = known === undefined ? this.find(pathOf(impl.node.field("type")), "type", impl.node) : known;
    this.owners.set(impl, found);
    return found?.kind === "item" && found.item.node === owner.node;
  }

  /** True when the files define how a value of a type is converted to another. */
  isConverted({ name }: Item): boolean {
    for (const file of this.mentions.get(name) ?? []) this.tree.moduleOf(file.path);
    const mention = new RegExp(`\\b${name}\\b`);
    return this.impls.some(
      (impl) => /^(Try)?(From|Into)$/.test(impl.trait ?? "") && mention.test(impl.node.field("trait")?.text ?? ""),
    );
  }

  private isOfDerive(attribute: RustNode, item: Item): boolean {
    const name = nameForDerive(attribute, item, this.placeOf(item.node));
    return name !== null && !this.bringsMacros && this.find([name], "macro", item.node) === null;
  }

  /** Why an item's text does not tell what it does. Null when it does. */
  untold(item: Item): string | null {
    const { path } = item.node.source;
    const virtual = this.virtual.get(path);
    const parsed = virtual === undefined ? null : this.tree.moduleOf(virtual)?.parsed;
    if (parsed?.error) return `${path} cannot be parsed as Rust`;
    const attribute = item.attributes.find((each) => !attributesTold(each) && !this.isOfDerive(each, item));
    if (attribute) return `What ${attribute.text.slice(0, 60)} makes of ${item.name} is not known`;
    return item.within ? this.untold(item.within) : null;
  }
}
