import type { Node } from "libpg-query";
import { SYSTEM_CATALOGS } from "../postgres/system-catalogs.js";

/** A schema that a statement names, and what the statement does to the object in it. */
export interface SchemaName {
  readonly schema: string;
  /** A name with a database before the schema. */
  readonly database: string | null;
  /** As the author would write it. */
  readonly name: string;
  readonly access: "read" | "write";
}

/** Lists of plain names, in which no part is a schema. */
const NOT_QUALIFIED: ReadonlySet<string> = new Set([
  ...["fields", "colnames", "colNames", "aliases", "attlist", "cols", "columns", "usingClause", "va_cols", "args"],
  ...["keys", "including", "fk_attrs", "pk_attrs", "fk_del_set_cols", "aliascolnames", "vals", "tokentype"],
  ...["search_col_list", "cycle_col_list", "table_list", "options", "objects"],
]);

/** Only used at its place, whatever the statement around it does. */
const READS: ReadonlySet<string> = new Set([
  ...["SelectStmt", "selectStmt", "query", "FuncCall", "funccall", "TypeName", "ofTypename", "returnType", "argType"],
  ...["A_Expr", "SubLink", "TypeCast", "CollateClause", "collClause", "IndexElem", "PartitionElem", "pktable"],
  ...["constrrel", "TableLikeClause", "objargs", "objfuncargs", "whereClause", "sql_body", "definition"],
  ...["CreateOpClassItem", "func_name", "fromsql", "tosql"],
]);

const WRITES_ROWS: ReadonlySet<string> = new Set(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);

/** Kinds of objects that belong to another: the schema is the third part of their names from the end. */
const ON_ANOTHER: ReadonlySet<string> = new Set([
  ...["OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY", "OBJECT_TABCONSTRAINT", "OBJECT_COLUMN"],
]);
/** Kinds whose names in a list begin with an access method. */
const OF_ACCESS_METHOD: ReadonlySet<string> = new Set(["OBJECT_OPCLASS", "OBJECT_OPFAMILY"]);

/** Every schema that a statement names, with the object. Names without a schema only concern the tenant. */
export function schemaNames(node: Node): readonly SchemaName[] {
  const walk = new Walk();
  walk.enter(node, { access: "read", schemaAt: 2, key: "" });
  return walk.found;
}

interface Place {
  readonly access: "read" | "write";
  /** Which part of a dotted name is the schema, counted from the end. */
  readonly schemaAt: number;
  readonly key: string;
}

type Tree = Readonly<Record<string, unknown>>;

class Walk {
  readonly found: SchemaName[] = [];

  enter(value: unknown, place: Place): void {
    if (Array.isArray(value)) this.list(value, place);
    else if (isTree(value)) this.tree(value, place);
  }

  private list(items: readonly unknown[], place: Place): void {
    const parts = items.map(textOf);
    if (parts.length > 1 && parts.every((part) => part !== null) && !NOT_QUALIFIED.has(place.key)) {
      this.dotted(parts as string[], place);
    } else for (const item of items) this.enter(item, place);
  }

  private dotted(all: readonly string[], { access, schemaAt, key }: Place): void {
    const parts = key === "items after access method" ? all.slice(1) : all;
    const schema = parts.at(-schemaAt);
    if (parts.length < schemaAt || schema === undefined) return;
    this.found.push({ schema, database: parts.at(-schemaAt - 1) ?? null, name: parts.join("."), access });
  }

  private tree(tree: Tree, place: Place): void {
    if (typeof tree.relname === "string") this.relation(tree, place.access);
    const schemaAt = partOfSchema(tree, place.schemaAt);
    for (const [key, child] of Object.entries(tree)) {
      if (child === null || typeof child !== "object") continue;
      this.enter(child, { access: accessOf(key, tree, place), schemaAt, key: keyOf(key, tree, place) });
    }
  }

  private relation({ relname, schemaname, catalogname }: Tree, access: Place["access"]): void {
    // A name without a schema means a system catalog before anything of the tenant's.
    if (typeof schemaname !== "string" && access === "write" && String(relname) in SYSTEM_CATALOGS)
      this.found.push({ schema: "pg_catalog", database: null, name: String(relname), access });
    if (typeof schemaname !== "string") return;
    const database = typeof catalogname === "string" ? catalogname : null;
    this.found.push({ schema: schemaname, database, name: `${schemaname}.${relname}`, access });
  }
}

/** A list in a DROP, COMMENT or the like depends on the kind of its object. */
function partOfSchema(tree: Tree, before: number): number {
  const kind = tree.removeType ?? tree.objtype ?? tree.objectType ?? tree.renameType;
  if (ON_ANOTHER.has(String(kind))) return 3;
  if (tree.pct_type === true || tree.defname === "owned_by") return 3;
  return typeof kind === "string" || Array.isArray(tree.names) ? 2 : before;
}

function keyOf(key: string, tree: Tree, place: Place): string {
  const kind = String(tree.removeType ?? tree.objtype ?? tree.objectType ?? tree.renameType);
  if (OF_ACCESS_METHOD.has(kind) && (key === "objects" || key === "object")) return "after access method";
  if (place.key === "after access method") return key === "items" ? "items after access method" : place.key;
  // A function's texts, and the schemas of ALTER DEFAULT PRIVILEGES, are not dotted names.
  const own = tree.defname === "as" || tree.defname === "schemas" || place.key === "options";
  return own && (key === "arg" || key === "List" || key === "items") ? "options" : key;
}

function accessOf(key: string, tree: Tree, { access, key: parent }: Place): Place["access"] {
  if (key === "intoClause" || key === "into") return "write";
  if (WRITES_ROWS.has(parent)) return key === "relation" ? "write" : "read";
  if (parent === "CopyStmt" && key === "relation") return tree.is_from === true ? "write" : "read";
  if (key === "funcname" && /^Create\w*TrigStmt$/.test(parent)) return "read";
  if (key === "func" && parent === "CreateCastStmt") return "read";
  // A list of names is the type that the statement creates or alters; a type's tree is one that it uses.
  if (key === "typeName") return Array.isArray(tree.typeName) ? access : "read";
  if (key === "TypeName" && (parent === "object" || parent === "objects")) return access;
  if (READS.has(key)) return "read";
  return key.endsWith("Stmt") ? "write" : access;
}

function textOf(value: unknown): string | null {
  if (!isTree(value) || !isTree(value.String)) return null;
  return typeof value.String.sval === "string" ? value.String.sval : "";
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
