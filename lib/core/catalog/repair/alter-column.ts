import { identifier, literal } from "../../sql/quote.js";
import type { ColumnObject } from "../catalog.js";
import { list } from "./list.js";
import { tableName } from "./target.js";

const STORAGE: Readonly<Record<string, string>> = { p: "PLAIN", e: "EXTERNAL", x: "EXTENDED", m: "MAIN" };
const COMPRESSION: Readonly<Record<string, string>> = { "": "DEFAULT", p: "pglz", l: "lz4" };

/** Repairs one attribute of a column; null when only a person can decide, because rows or other columns depend on it. */
export function alterColumn(declared: ColumnObject, actual: ColumnObject | null, attribute: string): string[] | null {
  const column = identifier(declared.id.name);
  const alter = (action: string) => [`ALTER TABLE ${tableName(declared)} ALTER COLUMN ${column} ${action}`];
  const { attributes } = declared;
  switch (attribute) {
    case "notNull":
      return alter(`${attributes.notNull ? "SET" : "DROP"} NOT NULL`);
    case "default":
      return alter(attributes.default === null ? "DROP DEFAULT" : `SET DEFAULT ${attributes.default}`);
    case "type":
    case "collation":
      return alterType(declared, actual, alter);
    case "identity":
      return identity(attributes.identity, actual?.attributes.identity ?? "", alter);
    case "storage":
      return alter(`SET STORAGE ${STORAGE[String(attributes.storage)] ?? "DEFAULT"}`);
    case "compression":
      return alter(`SET COMPRESSION ${COMPRESSION[String(attributes.compression)] ?? "DEFAULT"}`);
    case "statistics":
      return alter(`SET STATISTICS ${attributes.statistics ?? -1}`);
    case "options":
      return setOptions(list(actual?.attributes.options), list(attributes.options), alter);
    default:
      return null;
  }
}

/** A default or an identity blocks a change of type; a generated column follows its expression. */
function alterType(
  declared: ColumnObject,
  actual: ColumnObject | null,
  alter: (action: string) => string[],
): string[] | null {
  const { type, collation, generated } = declared.attributes;
  if (generated !== "") return null;
  // There is no cast from an array to a type that is not one.
  if (type.endsWith("[]") !== (actual?.attributes.type.endsWith("[]") ?? false)) return null;
  const column = identifier(declared.id.name);
  return alter(`TYPE ${type}${collation === null ? "" : ` COLLATE ${collation}`} USING ${column}::${type}`);
}

function identity(declared: string, actual: string, alter: (action: string) => string[]): string[] {
  const words = declared === "a" ? "ALWAYS" : "BY DEFAULT";
  if (declared === "") return alter("DROP IDENTITY");
  return alter(actual === "" ? `ADD GENERATED ${words} AS IDENTITY` : `SET GENERATED ${words}`);
}

/** `name=value` pairs: resets those that are gone, sets those that are declared. */
export function setOptions(
  actual: readonly string[],
  declared: readonly string[],
  alter: (action: string) => string[],
  prefix = "",
): string[] {
  const nameOf = (option: string) => option.split("=", 1)[0] ?? "";
  const names = new Set(declared.map(nameOf));
  const gone = actual.map(nameOf).filter((name) => !names.has(name));
  const set = declared.map(
    (option) => `${prefix}${nameOf(option)} = ${literal(option.slice(nameOf(option).length + 1))}`,
  );
  return [
    ...(gone.length > 0 ? alter(`RESET (${gone.map((name) => prefix + name).join(", ")})`) : []),
    ...(set.length > 0 ? alter(`SET (${set.join(", ")})`) : []),
  ];
}
