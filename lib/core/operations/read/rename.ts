import type { AlterObjectSchemaStmt, RenameStmt } from "libpg-query";
import type { RenameColumn } from "../kinds/rename-column.js";
import { objectOf, relationName } from "./names.js";
import { objectKind } from "./object-kinds.js";
import { type Draft, NotUnderstood } from "./reader.js";
import { objectWords } from "./sql-words.js";

const COLUMN_OF: Readonly<Record<string, RenameColumn["of"]>> = {
  OBJECT_TABLE: "table",
  OBJECT_FOREIGN_TABLE: "table",
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "materialized view",
  OBJECT_TYPE: "type",
};

export function readRename(tree: RenameStmt): readonly Draft[] {
  const to = tree.newname ?? "";
  const part = tree.subname ?? "";
  switch (tree.renameType) {
    case "OBJECT_COLUMN":
    case "OBJECT_ATTRIBUTE": {
      const of = COLUMN_OF[tree.relationType ?? "OBJECT_TABLE"];
      if (!of)
        throw new NotUnderstood(
          `the effect of renaming a column of a ${objectWords(tree.relationType ?? "")} is not known`,
        );
      return [{ kind: "rename-column", table: relationName(tree.relation), column: part, to, of }];
    }
    case "OBJECT_TABCONSTRAINT":
      return [{ kind: "rename-constraint", table: relationName(tree.relation), constraint: part, to }];
    case "OBJECT_TABLE":
    case "OBJECT_FOREIGN_TABLE":
      return [{ kind: "rename-table", table: relationName(tree.relation), to, ifExists: tree.missing_ok ?? false }];
    case "OBJECT_TRIGGER":
    case "OBJECT_RULE":
    case "OBJECT_POLICY":
      return [
        {
          kind: "rename-object",
          objectKind: objectKind(tree.renameType) as "trigger" | "rule" | "policy",
          name: { schema: null, name: part },
          table: relationName(tree.relation),
          signature: null,
          to,
        },
      ];
    default:
      return [renameOther(tree, to)];
  }
}

function renameOther(tree: RenameStmt, to: string): Draft {
  if (tree.renameType === "OBJECT_DOMCONSTRAINT") {
    const { name } = objectOf(tree.object, tree.renameType);
    return { kind: "alter-object", objectKind: "domain", name, table: null, signature: null, what: "constraint name" };
  }
  const kind = objectKind(tree.renameType);
  if (kind === "table") throw new NotUnderstood("a table was not expected here");
  const object = tree.relation
    ? { name: relationName(tree.relation), table: null, signature: null }
    : tree.object
      ? objectOf(tree.object, tree.renameType ?? "")
      : { name: { schema: null, name: tree.subname ?? "" }, table: null, signature: null };
  return { kind: "rename-object", objectKind: kind, ...object, to };
}

export function readSetSchema(tree: AlterObjectSchemaStmt): readonly Draft[] {
  const kind = objectKind(tree.objectType);
  if (kind === "index") throw new NotUnderstood("an index follows its table and has no schema of its own");
  const object = tree.relation
    ? { name: relationName(tree.relation), signature: null }
    : objectOf(tree.object, tree.objectType ?? "");
  const to = tree.newschema ?? "";
  return [{ kind: "set-schema", objectKind: kind, name: object.name, signature: object.signature, to }];
}
