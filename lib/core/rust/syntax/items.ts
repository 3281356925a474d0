import type { ParsedRust } from "./parse-rust.js";
import type { RustNode } from "./rust-node.js";

export type ItemKind = "function" | "method" | "enum" | "struct" | "const" | "macro" | "impl" | "module";

export interface Item {
  readonly kind: ItemKind;
  readonly name: string;
  readonly node: RustNode;
  /** File modules and inline modules around it. */
  readonly module: readonly string[];
  readonly attributes: readonly RustNode[];
  /** For a method and an impl: the type, and the trait when it implements one. */
  readonly type: string | null;
  readonly trait: string | null;
}

/** `use a::b as c`: under which name which path is known in a file. */
export interface Use {
  /** `*` for a glob. */
  readonly name: string;
  readonly path: readonly string[];
}

const KINDS: Readonly<Record<string, ItemKind>> = {
  function_item: "function",
  function_signature_item: "function",
  enum_item: "enum",
  struct_item: "struct",
  const_item: "const",
  static_item: "const",
  macro_definition: "macro",
  mod_item: "module",
};

/** Everything in a file that has a name. Code for tests alone is left out. */
export function itemsOf(file: ParsedRust): { readonly items: readonly Item[]; readonly uses: readonly Use[] } {
  const items: Item[] = [];
  const uses: Use[] = [];
  visit(file.root, { module: file.source.module, type: null, trait: null }, items, uses);
  return { items, uses };
}

interface Place {
  readonly module: readonly string[];
  readonly type: string | null;
  readonly trait: string | null;
}

function visit(node: RustNode, place: Place, items: Item[], uses: Use[]): void {
  let attributes: RustNode[] = [];
  for (const child of node.children) {
    if (child.type === "attribute_item") {
      attributes.push(child);
      continue;
    }
    if (child.type === "use_declaration") uses.push(...usesOf(child.field("argument"), []));
    else if (!attributes.some(isTestOnly)) take(child, place, attributes, items, uses);
    attributes = [];
  }
}

function take(node: RustNode, place: Place, attributes: readonly RustNode[], items: Item[], uses: Use[]): void {
  if (node.type === "impl_item") {
    const type = lastName(node.field("type"));
    const trait = lastName(node.field("trait"));
    items.push({ kind: "impl", name: type ?? "", node, module: place.module, attributes, type, trait });
    visit(node.field("body") ?? node, { ...place, type, trait }, items, uses);
    return;
  }
  const kind = KINDS[node.type];
  const name = node.field("name")?.text;
  if (!kind || name === undefined) {
    visit(node, place, items, uses);
    return;
  }
  const method = kind === "function" && place.type !== null;
  items.push({ kind: method ? "method" : kind, name, node, ...place, attributes });
  const inner =
    kind === "module" ? { module: [...place.module, name], type: null, trait: null } : { ...place, type: null };
  const body = node.field("body");
  if (body && kind !== "enum" && kind !== "struct") visit(body, inner, items, uses);
}

function isTestOnly(attribute: RustNode): boolean {
  return /^#\[\s*(cfg\s*\(\s*test\s*\)|(tokio::)?test\b)/.test(attribute.text);
}

/** The last part of a type's path, without its parameters. */
export function lastName(type: RustNode | null): string | null {
  if (!type) return null;
  if (type.type === "generic_type" || type.type === "reference_type") return lastName(type.field("type"));
  if (type.type === "scoped_type_identifier") return type.field("name")?.text ?? null;
  return type.text;
}

/** `a::b::<T>::c` as its parts. */
export function pathOf(node: RustNode | null): readonly string[] {
  if (!node) return [];
  if (node.type === "scoped_identifier" || node.type === "scoped_type_identifier") {
    return [...pathOf(node.field("path")), node.field("name")?.text ?? ""];
  }
  if (node.type === "generic_type" || node.type === "generic_function") {
    return pathOf(node.field("type") ?? node.field("function"));
  }
  if (node.type === "bracketed_type") return node.children.flatMap(pathOf);
  return [node.text.replace(/^r#/, "")];
}

function usesOf(node: RustNode | null, prefix: readonly string[]): Use[] {
  if (!node) return [];
  if (node.type === "use_list") return node.children.flatMap((child) => usesOf(child, prefix));
  if (node.type === "scoped_use_list") return usesOf(node.field("list"), [...prefix, ...pathOf(node.field("path"))]);
  if (node.type === "use_wildcard") return [{ name: "*", path: [...prefix, ...pathOf(node.children[0] ?? null)] }];
  if (node.type === "use_as_clause") {
    return [{ name: node.field("alias")?.text ?? "", path: [...prefix, ...pathOf(node.field("path"))] }];
  }
  const path = [...prefix, ...pathOf(node)];
  const whole = path.at(-1) === "self" ? path.slice(0, -1) : path;
  return [{ name: whole.at(-1) ?? "", path: whole }];
}
