import type { Json } from "../json.js";
import { SOURCES } from "./sources/all.js";
import { parseArray } from "./sources/record.js";
import type { Scope } from "./sources/source.js";
import { replaceTenantSchema } from "./tenant-text.js";

/** The rows of one source, split into fields; the placeholder replaces the tenant's own schema throughout. */
export interface SourceRows {
  readonly tag: string;
  readonly records: readonly (readonly (string | null)[])[];
}

/** Fields that hold one name without quotes or escapes. */
const NAMES: ReadonlySet<string> = new Set(["schema", "table", "name"]);

/** Fields that hold an array or JSON: the schema's name is in their parts, each of which is a text of its own. */
const ARRAYS: ReadonlySet<string> = new Set([
  "relation parents",
  "index expressions",
  "operator family operators",
  "operator family functions",
  "operator class operators",
  "operator class functions",
  "text search parts",
  "remark names",
  "remark arguments",
  "label names",
  "label arguments",
  "extension dependence names",
  "extension dependence arguments",
]);
const JSON_FIELDS: ReadonlySet<string> = new Set([
  "type columns",
  "type range",
  "type functions",
  "enum or domain constraints",
]);

/** Puts the placeholder wherever the rows of a schema-tenant name its own schema. */
export function placeTenant(parsed: readonly SourceRows[], scope: Scope, schema: string): SourceRows[] {
  const fields = new Map(SOURCES.map((source) => [source.tag, Object.keys(source.select(scope)?.fields ?? {})]));
  const known = new Set(
    parsed.flatMap(({ tag, records }) => {
      const at = fields.get(tag)?.indexOf("name") ?? -1;
      return tag === "column" || at === -1 ? [] : records.map((record) => record[at] ?? "");
    }),
  );
  const text = (value: string) => replaceTenantSchema(value, schema, known);
  return parsed.map(({ tag, records }) => {
    const replace = (fields.get(tag) ?? []).map((field) => replacement(tag, field, text));
    return {
      tag,
      records: records.map((record) => record.map((value, at) => value && (replace[at]?.(value) ?? value))),
    };
  });
}

type Replace = (value: string) => string;

function replacement(tag: string, field: string, text: Replace): Replace {
  if (NAMES.has(field)) return (value) => value;
  if (ARRAYS.has(`${tag} ${field}`)) return (value) => arrayText(parseArray(value).map((item) => item && text(item)));
  if (JSON_FIELDS.has(`${tag} ${field}`)) return (value) => JSON.stringify(inLeaves(JSON.parse(value) as Json, text));
  return text;
}

function arrayText(items: readonly (string | null)[]): string {
  const quoted = items.map((item) => (item === null ? "NULL" : `"${item.replace(/["\\]/g, "\\$&")}"`));
  return `{${quoted.join(",")}}`;
}

function inLeaves(value: Json, text: Replace): Json {
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return value.map((each) => inLeaves(each, text));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inLeaves(each, text)]));
}
