import type { CommentStmt, SecLabelStmt } from "libpg-query";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { dottedName, objectOf, stringOf } from "./names.js";
import { wordOf } from "./object-kinds.js";
import type { Draft } from "./reader.js";

export function readComment(tree: CommentStmt | SecLabelStmt): readonly Draft[] {
  const { name, part } = target(tree);
  const text = "comment" in tree ? (tree.comment ?? null) : null;
  return [{ kind: "comment", objectKind: wordOf(tree.objtype), name, part, text }];
}

function target(tree: CommentStmt | SecLabelStmt): { name: QualifiedName; part: string | null } {
  const object = tree.object;
  if (tree.objtype === "OBJECT_COLUMN" && object && "List" in object) {
    const items = object.List.items ?? [];
    return { name: dottedName(items.slice(0, -1)), part: stringOf(items.at(-1)) };
  }
  const found = objectOf(object, tree.objtype ?? "");
  return found.table ? { name: found.table, part: found.name.name } : { name: found.name, part: null };
}
