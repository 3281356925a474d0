import type { Node } from "libpg-query";
import { RUNS_TEXT } from "../postgres/caller-reads.js";
import { constantText } from "../sql/constant-text.js";
import { as, find, strings } from "../sql/tree.js";

/** Texts in a statement that the server reads as something other than data. */
export interface ReadTexts {
  /** Names of objects, as in `'acme.users'::regclass`, with what is done to them. */
  readonly names: readonly { readonly text: string; readonly access: "read" | "write" }[];
  /** Whole statements, as in `query_to_xml('select …')`. */
  readonly queries: readonly string[];
  /** Calls whose text is only known at run time. */
  readonly unknown: readonly string[];
  /** Other constants in calls, defaults of parameters, and what a trigger passes: data, unless they name a tenant's schema. */
  readonly data: readonly string[];
}

/** Types whose values are names of objects (manual, "Object Identifier Types"). */
const REGISTERED = /^reg(class|proc|procedure|type|oper|operator|config|dictionary|collation|namespace)$/;

/** Built-in functions that take the name of a relation, a type or a function as a text or a regclass. */
const TAKES_NAME: ReadonlySet<string> = new Set([
  ...["nextval", "currval", "setval", "pg_get_serial_sequence", "pg_sequence_last_value", "pg_get_viewdef"],
  ...["to_regclass", "to_regproc", "to_regprocedure", "to_regtype", "to_regoper", "to_regoperator", "to_regnamespace"],
  ...["to_regcollation", "pg_relation_size", "pg_table_size", "pg_indexes_size", "pg_total_relation_size"],
  ...["table_to_xml", "table_to_xmlschema", "table_to_xml_and_xmlschema", "pg_prewarm", "pgstattuple", "lastval"],
  ...["has_table_privilege", "has_column_privilege", "has_any_column_privilege", "has_sequence_privilege"],
  ...["has_function_privilege", "has_type_privilege", "pg_replication_origin_session_setup"],
  ...["connectby", "xpath_table"],
]);
/** Those that take the name of a schema. */
const TAKES_SCHEMA: ReadonlySet<string> = new Set([
  ...["schema_to_xml", "schema_to_xmlschema", "schema_to_xml_and_xmlschema", "database_to_xml"],
  ...["database_to_xmlschema", "database_to_xml_and_xmlschema", "pg_import_system_collations"],
]);
const TAKES_QUERY: ReadonlySet<string> = new Set(RUNS_TEXT);

export function readTexts(node: Node): ReadTexts {
  const names: { text: string; access: "read" | "write" }[] = [];
  const queries: string[] = [];
  const unknown: string[] = [];
  const data: string[] = [];
  for (const { arg, typeName } of find(node, "TypeCast")) {
    const type = strings(typeName?.names).at(-1) ?? "";
    if (!arg || !REGISTERED.test(type)) continue;
    const text = constantText(arg);
    if (text !== null) names.push({ text: type === "regnamespace" ? `${text}.*` : text, access: "read" });
  }
  const own = as(node, "CallStmt")?.funccall;
  for (const { funcname, args } of find(node, "FuncCall").concat(own ?? [])) {
    const name = strings(funcname).at(-1) ?? "";
    const texts = (args ?? []).map((each) => constantText(as(each, "NamedArgExpr")?.arg ?? each));
    const [first] = texts;
    const known = texts.filter((text) => text !== null);
    if (TAKES_QUERY.has(name)) {
      const query = name === "ts_rewrite" ? texts.at(1) : first;
      if (query === null || (query === undefined && name !== "ts_rewrite"))
        unknown.push(`${name}() runs a text that is put together at run time`);
      queries.push(...known.filter((text) => /^\s*(select|with|table|values|insert|update|delete)\b/i.test(text)));
      if (TAKES_NAME.has(name)) names.push(...known.map((text) => ({ text, access: "read" }) as const));
    } else if (TAKES_SCHEMA.has(name))
      names.push(...known.slice(0, 1).map((text) => ({ text: `${text}.*`, access: "read" }) as const));
    else if (TAKES_NAME.has(name))
      names.push(...known.map((text) => ({ text, access: name === "setval" ? "write" : "read" }) as const));
    else data.push(...known);
  }
  data.push(...strings(as(node, "CreateTrigStmt")?.args));
  const defaults = find(node, "FunctionParameter").map(({ defexpr }) => defexpr && constantText(defexpr));
  data.push(...defaults.flatMap((text) => text ?? []));
  return { names, queries, unknown, data };
}

const PART = String.raw`"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*`;
const QUALIFIED = new RegExp(String.raw`^\s*(${PART})\s*\.\s*(?:${PART}|\*)`, "u");

/** The schema of a dotted name in a text; null for a name without one. */
export function schemaOfText(text: string): string | null {
  const [, first] = QUALIFIED.exec(text) ?? [];
  if (first === undefined) return null;
  return first.startsWith('"') ? first.slice(1, -1).replaceAll('""', '"') : first.toLowerCase();
}
