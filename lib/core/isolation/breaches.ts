import type { Node } from "libpg-query";
import { as, find, kindOf, strings, visit } from "../sql/tree.js";
import { SOME_VALUE } from "./format-template.js";
import { readTexts, schemaOfText } from "./named-in-texts.js";
import { schemaNames } from "./schema-names.js";
import type { Breach, IsolationScope } from "./scope.js";
import { judgeSetting } from "./setting-breach.js";
import { settingChanges } from "./settings.js";
import { sharedObject } from "./shared-objects.js";

/** Everything in one statement or expression that reaches beyond the tenant. */
export function breachesOf(node: Node, scope: IsolationScope): readonly Breach[] {
  const settings = settingChanges(node).flatMap((change) => judgeSetting(change, scope) ?? []);
  const beyond = otherDatabase(node);
  return distinct([...(beyond ? [beyond] : []), ...settings, ...(scope.schemaTenants ? inSchemas(node, scope) : [])]);
}

function inSchemas(node: Node, scope: IsolationScope): readonly Breach[] {
  const object = scope.ofShared ? null : sharedObject(node, scope);
  const moved = as(node, "AlterObjectSchemaStmt")?.newschema;
  const texts = readTexts(node);
  return [
    ...(object === null ? [] : [sharedBreach(object)]),
    ...(moved === undefined ? [] : nameBreach(moved, `the schema ${moved}`, "write", scope)),
    ...inSchemaLists(node).flatMap((schema) => nameBreach(schema, `the schema ${schema}`, "write", scope)),
    ...schemaNames(node).flatMap(({ schema, name, access }) => nameBreach(schema, name, access, scope)),
    ...texts.names.flatMap(({ text, access }) => textBreach(text, access, scope)),
    ...texts.queries.flatMap((text) => textBreach(text, "read", scope)),
    ...texts.data.flatMap((text) => dataBreach(text, scope)),
    ...texts.unknown.map(unreadable),
    ...(scope.ofShared ? [] : [...largeObjects(node), ...rowsOfAll(node)]),
  ];
}

/** Schemas that are named explicitly: `ON ALL TABLES IN SCHEMA`, `ALTER DEFAULT PRIVILEGES IN SCHEMA`. */
function inSchemaLists(node: Node): readonly string[] {
  const grant = as(node, "GrantStmt");
  if (grant?.targtype === "ACL_TARGET_ALL_IN_SCHEMA") return strings(grant.objects);
  const defaults = as(node, "AlterDefaultPrivilegesStmt")?.options ?? [];
  return defaults.flatMap((each) => {
    const element = as(each, "DefElem");
    return element?.defname === "schemas" ? strings(as(element.arg, "List")?.items) : [];
  });
}

const SYSTEM: ReadonlySet<string> = new Set(["pg_catalog", "information_schema"]);

function nameBreach(
  schema: string,
  name: string,
  access: "read" | "write",
  { own, shared }: IsolationScope,
): readonly Breach[] {
  if (schema === "pg_temp" || (own !== null && schema === own)) return [];
  const isShared = shared.includes(schema);
  if ((isShared || SYSTEM.has(schema)) && access === "read") return [];
  if (isShared || SYSTEM.has(schema)) {
    return [
      {
        code: "isolation.shared-write",
        message: `It changes ${name}, which the tenants of the database share: it would be changed once for each of them.`,
        remedy: `Move it to a release of its own, run before this one: with a config whose registry lists the schema ${schema} as its only tenant, it runs once, under one lock, and can be rolled back.`,
      },
    ];
  }
  return [
    {
      code: "isolation.other-schema",
      message: `It names ${name}: every tenant's run would meet the same object in the schema ${schema}, instead of the tenant's own.`,
      remedy: `Write the name without a schema, as the rollout sets the search_path; where all tenants may read ${schema}, list it under registry.shared in the config.`,
    },
  ];
}

function textBreach(text: string, access: "read" | "write", scope: IsolationScope): readonly Breach[] {
  if (text.includes(SOME_VALUE)) return [unreadable("it takes a name that is put together at run time")];
  const schema = schemaOfText(text);
  const named = schema === null ? [] : nameBreach(schema, `'${text}'`, access, scope);
  return named.length > 0 ? named : dataBreach(text, scope);
}

/** A text whose meaning is unknown: only another tenant's name in it counts. */
function dataBreach(text: string, scope: IsolationScope): readonly Breach[] {
  const found = [...scope.tenants].find((schema) => schema !== scope.own && namesSchema(text, schema));
  return found === undefined
    ? []
    : nameBreach(found, `'${text.length > 60 ? `${text.slice(0, 59)}…` : text}'`, "read", scope);
}

/**
 * `acme.users` or `"acme".users`, where a name could be; not `acme.com` in the middle of an address, nor in a text that is nothing but an address. An
 * address somewhere in a longer text does not excuse other names in it.
 */
export function namesSchema(text: string, schema: string): boolean {
  const escaped = schema.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  return (
    new RegExp(String.raw`(?<![\w$."@/-])(?:"${escaped}"|${escaped})\s*\.\s*["\w]`, "iu").test(text) &&
    !/^\S*(@|:\/\/)\S*$/.test(text)
  );
}

function sharedBreach(object: string): Breach {
  return {
    code: "isolation.shared-object",
    message: `It changes ${object}, and the database has only one for all tenants: the first tenant's run would decide where it is, and every other run would meet it again.`,
    remedy: "Make it once for the database, before the release of the tenants.",
  };
}

export function unreadable(reason: string): Breach {
  return {
    code: "isolation.unreadable",
    message: `Whether it stays within the tenant cannot be known: ${reason}.`,
    remedy: "Write the names as they are, so that they can be read.",
    unknown: true,
  };
}

/** Large objects have no schema: one tenant's are everybody's. */
function largeObjects(node: Node): readonly Breach[] {
  const called = find(node, "FuncCall").flatMap(({ funcname }) => strings(funcname).at(-1) ?? []);
  return called.some((name) => /^(lo_|loread$|lowrite$)/.test(name)) ? [sharedBreach("large objects")] : [];
}

/** Catalogs that hold values from every table's rows: the server requires no privilege on the table, at least not from its owner and superusers. */
const SAMPLES: ReadonlySet<string> = new Set([
  ...["pg_statistic", "pg_statistic_ext_data", "pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"],
]);

function rowsOfAll(node: Node): readonly Breach[] {
  const relations = relationNames(node);
  const calls = find(node, "FuncCall").flatMap(({ funcname }) => strings(funcname).at(-1) ?? []);
  if (relations.includes("pg_largeobject")) return [sharedBreach("large objects")];
  const name = relations.find((each) => SAMPLES.has(each)) ?? calls.find((each) => each.startsWith("database_to_xml"));
  if (name === undefined) return [];
  return [
    {
      code: "isolation.other-schema",
      message: `It reads ${name}, which holds values of the rows of every tenant.`,
      remedy: "Read the tenant's own tables.",
    },
  ];
}

function relationNames(node: Node): readonly string[] {
  const names: string[] = [];
  visit(node, (_, tree) => {
    if ("relname" in tree && typeof tree.relname === "string") names.push(tree.relname);
  });
  return names;
}

const FOREIGN: Readonly<Record<string, string>> = {
  CreateFdwStmt: "a foreign data wrapper",
  AlterFdwStmt: "a foreign data wrapper",
  CreateForeignServerStmt: "a foreign server",
  AlterForeignServerStmt: "a foreign server",
  CreateUserMappingStmt: "a user mapping",
  AlterUserMappingStmt: "a user mapping",
  CreateForeignTableStmt: "a foreign table",
  ImportForeignSchemaStmt: "a foreign schema",
};

/** dblink, foreign servers, and a name that starts with a database. */
function otherDatabase(node: Node): Breach | null {
  const calls = find(node, "FuncCall").concat(as(node, "CallStmt")?.funccall ?? []);
  const linked = calls.map(({ funcname }) => strings(funcname).at(-1) ?? "").find((name) => /^dblink(_|$)/.test(name));
  const across = schemaNames(node).find(({ database }) => database !== null);
  const what = linked ? `${linked}()` : (FOREIGN[kindOf(node)] ?? (across && `${across.database}.${across.name}`));
  if (what === undefined) return null;
  return {
    code: "isolation.other-database",
    message: `${what} leads to another database: what it does there no clone shows and no rollback undoes.`,
    remedy: "Do it by hand, apart from the migrations of the tenants.",
  };
}

function distinct(breaches: readonly Breach[]): readonly Breach[] {
  return [...new Map(breaches.map((each) => [`${each.code} ${each.message}`, each])).values()];
}
