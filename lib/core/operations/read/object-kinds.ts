import type { OtherObjectKind } from "../shapes.js";
import { NotUnderstood } from "./reader.js";
import { objectWords } from "./sql-words.js";

const KINDS: Readonly<Record<string, OtherObjectKind | "table" | "index">> = {
  OBJECT_TABLE: "table",
  OBJECT_INDEX: "index",
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "materialized view",
  OBJECT_SEQUENCE: "sequence",
  OBJECT_FUNCTION: "function",
  OBJECT_ROUTINE: "function",
  OBJECT_PROCEDURE: "procedure",
  OBJECT_AGGREGATE: "aggregate",
  OBJECT_TRIGGER: "trigger",
  OBJECT_RULE: "rule",
  OBJECT_POLICY: "policy",
  OBJECT_TYPE: "type",
  OBJECT_DOMAIN: "domain",
  OBJECT_SCHEMA: "schema",
  OBJECT_EXTENSION: "extension",
  OBJECT_COLLATION: "collation",
  OBJECT_CONVERSION: "conversion",
  OBJECT_CAST: "cast",
  OBJECT_OPERATOR: "operator",
  OBJECT_OPCLASS: "operator class",
  OBJECT_OPFAMILY: "operator family",
  OBJECT_LANGUAGE: "language",
  OBJECT_TSCONFIGURATION: "text search",
  OBJECT_TSDICTIONARY: "text search",
  OBJECT_TSPARSER: "text search",
  OBJECT_TSTEMPLATE: "text search",
  OBJECT_STATISTIC_EXT: "statistics",
  OBJECT_PUBLICATION: "publication",
  OBJECT_SUBSCRIPTION: "subscription",
  OBJECT_FDW: "foreign data wrapper",
  OBJECT_FOREIGN_SERVER: "server",
  OBJECT_FOREIGN_TABLE: "foreign table",
  OBJECT_USER_MAPPING: "user mapping",
  OBJECT_EVENT_TRIGGER: "event trigger",
  OBJECT_ACCESS_METHOD: "access method",
  OBJECT_TRANSFORM: "transform",
  OBJECT_ROLE: "role",
  OBJECT_DATABASE: "database",
  OBJECT_TABLESPACE: "tablespace",
};

/** Our word for the parser's object kind. */
export function objectKind(type: string | undefined): OtherObjectKind | "table" | "index" {
  const kind = KINDS[type ?? ""];
  if (!kind)
    throw new NotUnderstood(
      `what it does to ${type === undefined ? "no object" : `a ${objectWords(type)}`} is not known`,
    );
  return kind;
}

/** The same where the object cannot be a table or an index. */
export function otherObjectKind(type: string | undefined): OtherObjectKind {
  const kind = objectKind(type);
  if (kind === "table" || kind === "index") throw new NotUnderstood(`a ${kind} was not expected here`);
  return kind;
}

/** `OBJECT_MATVIEW` → `materialized view`; for kinds that we have no word for, the parser's in lower case. */
export function wordOf(type: string | undefined): string {
  return (
    KINDS[type ?? ""] ??
    (type ?? "")
      .replace(/^OBJECT_/, "")
      .toLowerCase()
      .replaceAll("_", " ")
  );
}
