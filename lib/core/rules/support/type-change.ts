import type { Node } from "libpg-query";
import { type ColumnType, printType, sameType } from "../../postgres/column-type.js";
import { as, columnName } from "../../sql/tree.js";

export type TypeChange = "free" | "rewrite" | "unless UTC" | "unknown";

/**
 * What ALTER COLUMN TYPE does to the rows: nothing, or a new heap. `from` null: the old type is not known. Measured on
 * PostgreSQL 15 and 18; the rule is that of the cast: binary coercible, or a longer modifier that the type's support
 * function knows to be harmless.
 */
export function typeChange(
  from: ColumnType | null,
  to: ColumnType,
  using: Node | undefined,
  column: string,
): TypeChange {
  if (using && !isPlainCast(using, column)) return "rewrite";
  if (!from) return isUnboundText(to) ? "unknown" : "rewrite";
  if (sameType(from, to)) return "free";
  if (from.array !== to.array) return "rewrite";
  if (from.name === to.name) return widens(from, to) ? "free" : "rewrite";
  if (isText(from) && isText(to)) return to.modifiers.length === 0 ? "free" : sameBound(from, to);
  if (isTime(from, to)) return to.modifiers.length === 0 || sameList(from, to) ? "unless UTC" : "rewrite";
  return COERCIBLE.has(`${from.name}>${to.name}`) && !from.array ? "free" : "rewrite";
}

/** Pairs that share one stored form; indexes are rebuilt where the order differs. */
const COERCIBLE: ReadonlySet<string> = new Set([
  "cidr>inet",
  "citext>text",
  "text>citext",
  "citext>varchar",
  "varchar>citext",
  "int4>oid",
  "oid>int4",
  "xml>text",
  "xml>varchar",
  "bit>varbit",
]);

function isPlainCast(using: Node, column: string): boolean {
  const cast = as(using, "TypeCast");
  return columnName(cast ? cast.arg : using) === column;
}

function isText(type: ColumnType): boolean {
  return type.name === "text" || type.name === "varchar";
}

function isUnboundText(type: ColumnType): boolean {
  return isText(type) && !type.array;
}

/** text and varchar(n): a bound appears only when the old one was the same or shorter. */
function sameBound(from: ColumnType, to: ColumnType): TypeChange {
  return from.modifiers.length > 0 && (from.modifiers[0] ?? 0) <= (to.modifiers[0] ?? 0) ? "free" : "rewrite";
}

function isTime(from: ColumnType, to: ColumnType): boolean {
  return [from.name, to.name].sort().join() === "timestamp,timestamptz";
}

function sameList(from: ColumnType, to: ColumnType): boolean {
  return from.modifiers.join() === to.modifiers.join();
}

/** A modifier of the same type that lets every old value pass unchanged. */
function widens(from: ColumnType, to: ColumnType): boolean {
  const [was, scaleWas] = from.modifiers;
  const [is, scaleIs] = to.modifiers;
  switch (from.name) {
    case "varchar":
    case "varbit":
      return is === undefined || (was !== undefined && is >= was);
    case "numeric":
      return is === undefined || (was !== undefined && is >= was && (scaleIs ?? 0) === (scaleWas ?? 0));
    case "timestamp":
    case "timestamptz":
    case "time":
    case "timetz":
      return is === undefined || is >= 6 || (was !== undefined && is >= was);
    default:
      return false;
  }
}

const WIDTHS: Readonly<Record<string, number>> = { int2: 2, int4: 4, int8: 8, float4: 4, float8: 8 };

/** Whether values that fit the old type may not fit the new one; null when the old type is not known. */
export function narrows(from: ColumnType | null, to: ColumnType): boolean | null {
  if (!from) return null;
  const [was, scaleWas] = from.modifiers;
  const [is, scaleIs] = to.modifiers;
  const widthWas = WIDTHS[from.name];
  const widthIs = WIDTHS[to.name];
  if (widthWas !== undefined && widthIs !== undefined) return widthIs < widthWas;
  if (["text", "varchar", "bpchar"].includes(from.name) && ["varchar", "bpchar"].includes(to.name)) {
    return is !== undefined && (was === undefined || is < was);
  }
  if (from.name === "numeric" && to.name === "numeric") {
    if (is === undefined) return false;
    return was === undefined || is - (scaleIs ?? 0) < was - (scaleWas ?? 0) || (scaleIs ?? 0) < (scaleWas ?? 0);
  }
  if (from.name === "numeric") return widthIs !== undefined;
  if (from.name === "timestamptz" || from.name === "timestamp") return ["date", "time"].includes(to.name);
  return isText(from) && !isText(to) && to.name !== "citext" && to.name !== "bpchar";
}

export function printChange(from: ColumnType | null, to: ColumnType): string {
  return from ? `from ${printType(from)} to ${printType(to)}` : `to ${printType(to)}`;
}
