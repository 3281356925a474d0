import type { Node } from "libpg-query";
import type { QualifiedName } from "../../sql/qualified-name.js";
import type { OtherObjectKind } from "../shapes.js";
import { objectOf, relationName } from "./names.js";
import { objectKind } from "./object-kinds.js";
import type { Draft, Tree } from "./reader.js";

/** What every ALTER of an object has. */
export function altered(
  kind: OtherObjectKind | "index" | "table",
  name: QualifiedName,
  what: string,
  more: { readonly table?: QualifiedName | null; readonly signature?: string | null } = {},
): readonly Draft[] {
  return [{ kind: "alter-object", objectKind: kind, name, table: null, signature: null, what, ...more }];
}

export function alteredNode(type: string | undefined, node: Node | undefined, what: string): readonly Draft[] {
  const { name, table, signature } = objectOf(node, type ?? "");
  return altered(objectKind(type), name, what, { table, signature });
}

export function readAlterOwner(tree: Tree<"AlterOwnerStmt">): readonly Draft[] {
  if (tree.relation) return altered(objectKind(tree.objectType), relationName(tree.relation), "owner");
  return alteredNode(tree.objectType, tree.object, "owner");
}

export function readDepends(tree: Tree<"AlterObjectDependsStmt">): readonly Draft[] {
  const what = "dependency on an extension";
  if (tree.relation && !tree.object) return altered(objectKind(tree.objectType), relationName(tree.relation), what);
  return alteredNode(tree.objectType, tree.object, what);
}
