import type { Node, RangeVar } from "libpg-query";
import { deparse, deparseType } from "../../sql/deparse.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { NotUnderstood } from "./reader.js";

export function relationName(relation: RangeVar | undefined): QualifiedName {
  if (!relation?.relname) throw new NotUnderstood("the statement names no relation");
  return { schema: relation.schemaname ?? null, name: relation.relname };
}

export function stringOf(node: Node | undefined): string {
  if (node && "String" in node) return node.String.sval ?? "";
  throw new NotUnderstood("a name was expected");
}

export function strings(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).map(stringOf);
}

/** A dotted name as the parser splits it: only the last two parts count, not a database name before them. */
export function dottedName(nodes: readonly Node[] | undefined): QualifiedName {
  const parts = strings(nodes);
  const name = parts.at(-1);
  if (name === undefined) throw new NotUnderstood("the statement names no object");
  return { schema: parts.at(-2) ?? null, name };
}

export interface NamedObject {
  readonly name: QualifiedName;
  /** For an object that belongs to a table. */
  readonly table: QualifiedName | null;
  readonly signature: string | null;
}

/** Kinds whose dotted name ends with the object, after its table. */
const ON_TABLE = new Set(["OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY", "OBJECT_TABCONSTRAINT"]);

/** The object of a DROP, COMMENT, RENAME or ALTER, in any of the parser's forms. */
export function objectOf(node: Node | undefined, objectType: string): NamedObject {
  if (!node) throw new NotUnderstood("the statement names no object");
  if ("String" in node) return plain({ schema: null, name: node.String.sval ?? "" });
  if ("RangeVar" in node) return plain(relationName(node.RangeVar));
  if ("TypeName" in node) return plain(dottedName(node.TypeName.names));
  if ("ObjectWithArgs" in node) {
    const { objname, objargs, args_unspecified } = node.ObjectWithArgs;
    const signature = args_unspecified ? null : (objargs ?? []).map(argumentType).join(", ");
    return { name: dottedName(objname), table: null, signature };
  }
  if ("List" in node) return listed(node.List.items ?? [], objectType);
  return plain({ schema: null, name: deparse(node) });
}

function listed(items: readonly Node[], objectType: string): NamedObject {
  if (items.some((item) => !("String" in item))) {
    return plain({ schema: null, name: items.map((item) => deparse(item)).join(" ") });
  }
  if (!ON_TABLE.has(objectType)) return plain(dottedName(items));
  const name = stringOf(items.at(-1));
  return { name: { schema: null, name }, table: dottedName(items.slice(0, -1)), signature: null };
}

function plain(name: QualifiedName): NamedObject {
  return { name, table: null, signature: null };
}

function argumentType(node: Node): string {
  return "TypeName" in node ? deparseType(node.TypeName) : "NONE";
}
