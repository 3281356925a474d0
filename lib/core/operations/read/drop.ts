import type { DropStmt } from "libpg-query";
import { objectOf } from "./names.js";
import { objectKind } from "./object-kinds.js";
import type { Draft } from "./reader.js";

export function readDrop(tree: DropStmt): readonly Draft[] {
  const kind = objectKind(tree.removeType);
  const cascade = tree.behavior === "DROP_CASCADE";
  const ifExists = tree.missing_ok ?? false;
  return (tree.objects ?? []).map((node): Draft => {
    const object = objectOf(node, tree.removeType ?? "");
    if (kind === "table" || kind === "foreign table") {
      return { kind: "drop-table", table: object.name, cascade, ifExists };
    }
    if (kind === "index") {
      return { kind: "drop-index", index: object.name, concurrently: tree.concurrent ?? false, cascade, ifExists };
    }
    return { kind: "drop-object", objectKind: kind, ...object, cascade, ifExists };
  });
}
