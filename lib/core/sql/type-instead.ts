import type { Node, TypeName } from "libpg-query";
import { strings, visit } from "./tree.js";

/** The names of types in a tree, each as other names say; null keeps it. */
export function typesInstead<T>(tree: T, instead: (names: readonly string[]) => readonly string[] | null): T {
  if (Array.isArray(tree)) return tree.map((each) => typesInstead(each, instead)) as T;
  if (tree === null || typeof tree !== "object") return tree;
  const entries = Object.entries(tree).map(([key, value]) => {
    const found = isTypeName(key, value) ? instead(strings(value.names)) : null;
    if (found === null) return [key, typesInstead(value, instead)];
    const names = found.map((sval): Node => ({ String: { sval } }));
    return [key, { ...value, names }];
  });
  return Object.fromEntries(entries) as T;
}

/** Every type that a tree names, as lists of parts. */
export function typesNamed(tree: unknown): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  visit(tree, (key, value) => {
    if (isTypeName(key, value)) found.push(strings(value.names));
  });
  return found;
}

/** A column's type is in a field of its own name, every other in a node. */
function isTypeName(key: string, value: unknown): value is TypeName {
  return (key === "TypeName" || key === "typeName") && typeof value === "object" && value !== null && "names" in value;
}
