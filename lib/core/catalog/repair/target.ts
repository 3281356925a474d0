import { identifier, qualified } from "../../sql/quote.js";
import type { CatalogObject } from "../catalog.js";

/** How SQL addresses an object: the words before the name, and the name. */
export interface Target {
  /** `TABLE`, `FUNCTION`, `TEXT SEARCH DICTIONARY`, … */
  readonly keyword: string;
  readonly name: string;
}

export function tableName(object: CatalogObject): string {
  return qualified(object.id.schema, object.id.table ?? object.id.name);
}

const PLAIN: Partial<Record<CatalogObject["kind"], string>> = {
  schema: "SCHEMA",
  sequence: "SEQUENCE",
  view: "VIEW",
  "materialized view": "MATERIALIZED VIEW",
  index: "INDEX",
  type: "TYPE",
  domain: "DOMAIN",
  extension: "EXTENSION",
  collation: "COLLATION",
  conversion: "CONVERSION",
  language: "LANGUAGE",
  statistics: "STATISTICS",
  publication: "PUBLICATION",
  subscription: "SUBSCRIPTION",
  "event trigger": "EVENT TRIGGER",
  "access method": "ACCESS METHOD",
  "foreign data wrapper": "FOREIGN DATA WRAPPER",
  server: "SERVER",
};

/** Null for what has no address of its own in SQL, such as a setting. */
export function targetOf(object: CatalogObject): Target | null {
  const { kind, id } = object;
  const name = qualified(id.schema, id.name);
  const plain = PLAIN[kind];
  if (plain) return { keyword: plain, name };
  switch (kind) {
    case "table":
      return { keyword: object.attributes.relkind === "f" ? "FOREIGN TABLE" : "TABLE", name };
    case "column":
      return { keyword: "COLUMN", name: `${tableName(object)}.${identifier(id.name)}` };
    case "constraint":
    case "trigger":
    case "rule":
    case "policy":
      return { keyword: kind.toUpperCase(), name: `${identifier(id.name)} ON ${tableName(object)}` };
    case "function":
      return { keyword: routine(object.attributes.kind), name: `${name}(${id.signature ?? ""})` };
    case "operator":
      return { keyword: "OPERATOR", name: `${identifier(id.schema ?? "")}.${id.name} (${id.signature ?? ""})` };
    case "operator class":
    case "operator family":
      return { keyword: kind.toUpperCase(), name: `${name} USING ${identifier(id.signature ?? "")}` };
    case "text search":
      return { keyword: `TEXT SEARCH ${(id.signature ?? "").toUpperCase()}`, name };
    case "cast":
      return { keyword: "CAST", name: `(${id.name})` };
    default:
      return null;
  }
}

function routine(kind: unknown): string {
  return kind === "p" ? "PROCEDURE" : kind === "a" ? "AGGREGATE" : "FUNCTION";
}
