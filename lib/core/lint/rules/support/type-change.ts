import type { Node, TypeName } from "libpg-query";
import { type ColumnType, printType, sameType, typeOf } from "../../../postgres/column-type.js";
import { isPlainCast } from "../../../postgres/plain-cast.js";
import { type HeapChange, heapChange } from "../../../postgres/type-change.js";

/** What ALTER COLUMN TYPE does to the heap; `unknown`: that depends on the old type, which is not known. */
export function typeChange(
  from: ColumnType | null,
  to: ColumnType,
  using: Node | undefined,
  column: string,
): HeapChange | "unknown" {
  if (!isPlainCast(using, printType(to), column, spell)) return "rewritten";
  if (from && sameType(from, to)) return "kept";
  if (from) return heapChange(printType(from), printType(to));
  return isText(to) && !to.array ? "unknown" : "rewritten";
}

function spell(type: TypeName): string {
  const read = typeOf(type);
  return read ? printType(read) : "";
}

function isText(type: ColumnType): boolean {
  return type.name === "text" || type.name === "varchar";
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
