import { cfgOf, type Presence } from "./attributes.js";
import type { RustNode } from "./rust-node.js";

export type ItemKind =
  | "function"
  | "method"
  | "enum"
  | "struct"
  | "trait"
  | "alias"
  | "const"
  | "macro"
  | "impl"
  | "module"
  /** A name that an entity's derive macros create: `Entity`, `Column`, `ActiveModel`; its node is the model's. */
  | "derived"
  /** A type parameter: the caller decides what it is. */
  | "parameter";

/** Rust keeps types, values and macros apart: the same name can be one of each. */
export type Namespace = "type" | "value" | "macro";

export interface Item {
  readonly kind: ItemKind;
  readonly name: string;
  readonly node: RustNode;
  /** The module or block that contains it. */
  readonly home: Place;
  readonly attributes: readonly RustNode[];
  readonly presence: Presence;
  /** For a method and an impl: the last part of the type's name, and of the trait's when it implements one. */
  readonly type: string | null;
  readonly trait: string | null;
  /** For a method: the impl or trait that contains it. */
  readonly within: Item | null;
  /** For a trait's own method that a type has: that type. */
  readonly owner?: Item;
}

/** `use a::b as c`: which path is known under which name. */
export interface Use {
  /** `*` for a glob. */
  readonly name: string;
  readonly path: readonly string[];
  readonly presence: Presence;
  /** How far it is re-exported: null for private, otherwise the text of the visibility. */
  readonly visibility: string | null;
  readonly node: RustNode;
}

/** A module, or a block of code, with the names that it defines. */
export interface Place {
  readonly kind: "module" | "block";
  readonly items: Map<string, Item[]>;
  readonly uses: Use[];
  readonly inner: Place[];
  readonly outer: Place | null;
  readonly node: RustNode;
  /** For an inline module: its item. */
  readonly item: Item | null;
  /** Macro calls that may define any name. */
  readonly makers: RustNode[];
}

const KINDS: Readonly<Record<string, ItemKind>> = {
  function_item: "function",
  function_signature_item: "function",
  enum_item: "enum",
  struct_item: "struct",
  union_item: "struct",
  trait_item: "trait",
  type_item: "alias",
  const_item: "const",
  static_item: "const",
  macro_definition: "macro",
  mod_item: "module",
};

function placeOf(kind: Place["kind"], node: RustNode, outer: Place | null, item: Item | null): Place {
  const place: Place = { kind, items: new Map(), uses: [], inner: [], outer, node, item, makers: [] };
  outer?.inner.push(place);
  return place;
}

/** The innermost place around a node. */
export function innermost(place: Place, node: RustNode): Place {
  const inner = place.inner.find((each) => each.node.start <= node.start && node.end <= each.node.end);
  return inner ? innermost(inner, node) : place;
}

/** Everything in a file that has a name, module by module and block by block. Test-only code is left out. */
export function placesOf(root: RustNode): { readonly top: Place; readonly impls: readonly Item[] } {
  const top = placeOf("module", root, null, null);
  const impls: Item[] = [];
  visit(root, top, null, impls);
  return { top, impls };
}

function visit(node: RustNode, place: Place, within: Item | null, impls: Item[]): void {
  let attributes: RustNode[] = [];
  for (const child of node.children) {
    if (child.type === "attribute_item") {
      attributes.push(child);
      continue;
    }
    const presence = cfgOf(attributes);
    if (presence !== "no") take(child, place, within, attributes, presence, impls);
    attributes = [];
  }
}

function take(
  node: RustNode,
  place: Place,
  within: Item | null,
  attributes: readonly RustNode[],
  presence: Presence,
  impls: Item[],
): void {
  if (node.type === "use_declaration") {
    const visibility = node.child("visibility_modifier")?.text ?? null;
    place.uses.push(...usesOf(node.field("argument"), []).map((use) => ({ ...use, presence, visibility, node })));
    return;
  }
  if (node.type === "extern_crate_declaration") {
    const name = node.field("name")?.text ?? "";
    const path = name === "self" ? ["crate"] : ["::", name];
    const known = node.field("alias")?.text ?? name;
    place.uses.push({ name: known, path, presence, visibility: null, node });
    return;
  }
  const base = { node, home: place, attributes, presence };
  if (node.type === "impl_item") {
    const type = lastName(node.field("type"));
    const item: Item = {
      ...base,
      kind: "impl",
      name: type ?? "",
      type,
      trait: lastName(node.field("trait")),
      within: null,
    };
    impls.push(item);
    visit(node.field("body") ?? node, place, item, impls);
    return;
  }
  const kind = KINDS[node.type];
  const name = node.field("name")?.text.replace(/^r#/, "");
  if (!kind || name === undefined) {
    if (node.type === "expression_statement" && node.children[0]?.type === "macro_invocation") place.makers.push(node);
    if (node.type === "macro_invocation" && place.kind === "module") place.makers.push(node);
    const block = node.type === "block" ? placeOf("block", node, place, null) : place;
    visit(node, block, within, impls);
    return;
  }
  const owner = within && kind === "function" ? within : null;
  const item: Item = {
    ...base,
    kind: owner ? "method" : kind,
    name,
    type: owner ? (owner.kind === "trait" ? owner.name : owner.type) : null,
    trait: owner?.trait ?? null,
    within: owner,
  };
  if (owner) methodsOf(owner).push(item);
  else if (!within) add(place, item);
  else if (kind === "const") constantsOf(within).push(item);
  inside(item, place, impls);
}

function inside(item: Item, place: Place, impls: Item[]): void {
  const body = item.node.field("body");
  if (item.kind === "struct") derived(item, place);
  if (!body || item.kind === "enum" || item.kind === "struct") return;
  if (item.kind === "module") visit(body, placeOf("module", body, place, item), null, impls);
  else if (item.kind === "trait") visit(body, place, item, impls);
  else if (item.kind === "function" || item.kind === "method") {
    const block = placeOf("block", item.node, place, null);
    for (const parameter of item.node.field("type_parameters")?.children ?? []) {
      const name = parameter.field("name")?.text;
      if (name !== undefined) add(block, { ...item, kind: "parameter", name, home: block });
    }
    visit(body, placeOf("block", body, block, null), null, impls);
  } else visit(body, place, null, impls);
}

/** A derive macro defines its names next to the model. */
function derived(model: Item, place: Place): void {
  if (!model.attributes.some((each) => /\bDeriveEntityModel\b/.test(each.text))) return;
  for (const name of ["Entity", "Column", "ActiveModel", "PrimaryKey"]) add(place, { ...model, kind: "derived", name });
}

function add(place: Place, item: Item): void {
  const list = place.items.get(item.name);
  if (list) list.push(item);
  else place.items.set(item.name, [item]);
}

const methods = new WeakMap<Item, Item[]>();
const constants = new WeakMap<Item, Item[]>();

/** The methods and functions of an impl or a trait. */
export function methodsOf(owner: Item): Item[] {
  const known = methods.get(owner) ?? [];
  methods.set(owner, known);
  return known;
}

/** The constants of an impl or a trait. */
export function constantsOf(owner: Item): Item[] {
  const known = constants.get(owner) ?? [];
  constants.set(owner, known);
  return known;
}

/** The last part of a type's path, without its parameters. */
export function lastName(type: RustNode | null): string | null {
  if (!type) return null;
  if (type.type === "generic_type" || type.type === "reference_type") return lastName(type.field("type"));
  if (type.type === "scoped_type_identifier") return type.field("name")?.text ?? null;
  return type.text;
}

/** `a::b::<T>::c` as its parts. A path that begins with `::` has that as its first part. */
export function pathOf(node: RustNode | null): readonly string[] {
  if (!node) return [];
  if (node.type === "scoped_identifier" || node.type === "scoped_type_identifier") {
    const path = node.field("path");
    return [...(path ? pathOf(path) : ["::"]), (node.field("name")?.text ?? "").replace(/^r#/, "")];
  }
  if (node.type === "generic_type" || node.type === "generic_function" || node.type === "reference_type") {
    return pathOf(node.field("type") ?? node.field("function"));
  }
  if (node.type === "bracketed_type") return node.children.flatMap(pathOf);
  return [node.text.replace(/^r#/, "")];
}

type PlainUse = Pick<Use, "name" | "path">;

function usesOf(node: RustNode | null, prefix: readonly string[]): PlainUse[] {
  if (!node) return [];
  if (node.type === "use_list") return node.children.flatMap((child) => usesOf(child, prefix));
  if (node.type === "scoped_use_list") return usesOf(node.field("list"), [...prefix, ...pathOf(node.field("path"))]);
  if (node.type === "use_wildcard") return [{ name: "*", path: [...prefix, ...pathOf(node.children[0] ?? null)] }];
  const named = node.type === "use_as_clause" ? node.field("path") : node;
  const path = [...prefix, ...pathOf(named)];
  const whole = path.at(-1) === "self" && path.length > 1 ? path.slice(0, -1) : path;
  const alias = node.type === "use_as_clause" ? node.field("alias")?.text : undefined;
  return [{ name: alias ?? whole.at(-1) ?? "", path: whole }];
}

/** True for a method that is called on a value. */
export function takesSelf(item: Item): boolean {
  const [first] = item.node.field("parameters")?.children ?? [];
  return first?.type === "self_parameter" || (first?.type === "parameter" && first.field("pattern")?.type === "self");
}

/** Everything of a kind in a place and in the places within it. */
export function itemsIn(place: Place, kind: ItemKind): readonly Item[] {
  const own = [...place.items.values()].flat().filter((item) => item.kind === kind);
  return [...own, ...place.inner.flatMap((inner) => itemsIn(inner, kind))];
}

const TYPES: ReadonlySet<ItemKind> = new Set(["enum", "struct", "trait", "alias", "module", "derived", "parameter"]);

/** Whether a name that means the item is in the namespace of types, of values or of macros. */
export function inNamespace(item: Item, namespace: Namespace): boolean {
  if (item.kind === "macro") return namespace === "macro";
  if (namespace === "type") return TYPES.has(item.kind);
  if (item.kind === "parameter") return namespace === "value" && isConstant(item);
  // A unit or tuple struct is a value too.
  return namespace === "value" && /^(function|const|struct|derived)$/.test(item.kind);
}

/** `const N: usize` among the parameters of a type or a function. */
function isConstant(parameter: Item): boolean {
  const all = parameter.node.field("type_parameters")?.children ?? [];
  return all.some((each) => each.type === "const_parameter" && each.field("name")?.text === parameter.name);
}
