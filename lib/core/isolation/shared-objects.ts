import type { Node } from "libpg-query";
import { as, kindOf, listItems, option, strings } from "../sql/tree.js";
import type { IsolationScope } from "./scope.js";

/** What a statement changes that belongs to the whole database, in words; null when nothing. */
export function sharedObject(node: Node, scope: IsolationScope): string | null {
  const kind = kindOf(node);
  const fixed = OF_DATABASE[kind];
  if (fixed !== undefined) return fixed;
  const extension = as(node, "CreateExtensionStmt");
  if (extension) return extensionOf(extension.extname, extension.if_not_exists === true, scope);
  const schema = as(node, "CreateSchemaStmt");
  if (schema)
    return isOwn(schema.schemaname, scope) && schema.if_not_exists ? null : `the schema ${schema.schemaname ?? ""}`;
  const defaults = as(node, "AlterDefaultPrivilegesStmt");
  if (defaults) return option(defaults.options, "schemas") ? null : "default privileges in every schema";
  return wholeDatabase(node) ?? byKind(node, scope);
}

/** Statements whose object is shared by all schemas of the database, whatever they say. */
const OF_DATABASE: Readonly<Record<string, string>> = {
  AlterExtensionStmt: "an extension",
  AlterExtensionContentsStmt: "an extension",
  CreatePublicationStmt: "a publication",
  AlterPublicationStmt: "a publication",
  CreateEventTrigStmt: "an event trigger",
  AlterEventTrigStmt: "an event trigger",
  CreatePLangStmt: "a language",
  CreateAmStmt: "an access method",
  DropOwnedStmt: "every object of a role",
  ReassignOwnedStmt: "every object of a role",
  AlterTableMoveAllStmt: "every table of a tablespace",
};

/** Kinds that DROP, ALTER … RENAME, OWNER, COMMENT, SECURITY LABEL and GRANT name without a schema. */
const WITHOUT_SCHEMA: Readonly<Record<string, string>> = {
  OBJECT_SCHEMA: "a schema",
  OBJECT_EXTENSION: "an extension",
  OBJECT_PUBLICATION: "a publication",
  OBJECT_EVENT_TRIGGER: "an event trigger",
  OBJECT_LANGUAGE: "a language",
  OBJECT_ACCESS_METHOD: "an access method",
  OBJECT_FDW: "a foreign data wrapper",
  OBJECT_FOREIGN_SERVER: "a foreign server",
  OBJECT_LARGEOBJECT: "a large object",
  OBJECT_DATABASE: "the database",
  OBJECT_PARAMETER_ACL: "a parameter of the server",
};

function byKind(node: Node, scope: IsolationScope): string | null {
  const [tree] = Object.values(node) as [Readonly<Record<string, unknown>>];
  const kind = String(tree.removeType ?? tree.renameType ?? tree.objectType ?? tree.objtype);
  const words = WITHOUT_SCHEMA[kind];
  if (words === undefined) return null;
  const named = kind === "OBJECT_SCHEMA" ? schemasOf(tree) : [];
  return named.length > 0 && named.every((name) => isOwn(name, scope)) ? null : [words, ...named].join(" ");
}

function schemasOf({ objects, object, subname }: Readonly<Record<string, unknown>>): readonly string[] {
  const nodes = [...(Array.isArray(objects) ? (objects as Node[]) : []), ...(object ? [object as Node] : [])];
  const names = nodes.flatMap((each) => (as(each, "List") ? strings(listItems(each)) : strings([each])));
  return names.length === 0 && typeof subname === "string" ? [subname] : names;
}

function extensionOf(name: string | undefined, ifNotExists: boolean, { extensions }: IsolationScope): string | null {
  return ifNotExists && extensions.has(name ?? "") ? null : `the extension ${name ?? ""}`;
}

/** VACUUM, ANALYZE, CLUSTER and REINDEX without a table name affect every tenant's tables. */
function wholeDatabase(node: Node): string | null {
  const vacuum = as(node, "VacuumStmt");
  if (vacuum && (vacuum.rels ?? []).length === 0) return "every table of the database";
  const cluster = as(node, "ClusterStmt");
  if (cluster && !cluster.relation) return "every table of the database";
  const reindex = as(node, "ReindexStmt");
  return reindex && !reindex.relation ? "every table of the database" : null;
}

function isOwn(schema: string | undefined, { own }: IsolationScope): boolean {
  return own !== null && schema === own;
}
