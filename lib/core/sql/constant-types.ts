import type { TypeName } from "libpg-query";
import { readableName } from "./readable-name.js";
import { strings } from "./tree.js";

/** Types that print a value exactly as it was written, and a literal whose type is not determined yet. Any other type is unknown. */
export type ConstantType = "literal" | "text" | "varchar" | "name" | "int2" | "int4" | "int8" | "regclass";

/** What a variable of a body always holds: a text, or the texts of an array, as its type prints them. */
export type Constant = ConstantValue | ConstantItems;
export interface ConstantValue {
  readonly kind: "text";
  readonly text: string;
  readonly type: ConstantType;
}
export interface ConstantItems {
  readonly kind: "list";
  readonly items: readonly string[];
  readonly type: ConstantType;
}

const BY_NAME: ReadonlyMap<string, ConstantType> = new Map([
  ["text", "text"],
  ["varchar", "varchar"],
  ["character varying", "varchar"],
  ["name", "name"],
  ["int2", "int2"],
  ["smallint", "int2"],
  ["int", "int4"],
  ["int4", "int4"],
  ["integer", "int4"],
  ["int8", "int8"],
  ["bigint", "int8"],
  ["regclass", "regclass"],
]);

/** A type by its name in a declaration; null for any that is not in the list, has a length or is an array. */
export function declaredType(name: string): ConstantType | null {
  const plain = name.trim().toLowerCase().replace(/\s+/g, " ");
  return BY_NAME.get(plain.replace(/^pg_catalog ?\. ?/, "")) ?? null;
}

/** The type of a cast or a parameter, without its array bounds. */
export function writtenType(type: TypeName | undefined): ConstantType | null {
  const names = strings(type?.names);
  if (names.length > 2 || (names.length === 2 && names[0] !== "pg_catalog")) return null;
  if ((type?.typmods ?? []).length > 0 || type?.setof || type?.pct_type) return null;
  return BY_NAME.get(names.at(-1) ?? "") ?? null;
}

/** A text as a type prints it; null where that is not the same text. */
export function printedAs(text: string, type: ConstantType): string | null {
  switch (type) {
    case "literal":
    case "text":
    case "varchar":
      return text;
    case "name":
      // PostgreSQL truncates names by bytes (manual, "Identifiers and Key Words").
      return !hasRelation(text) && Buffer.byteLength(text) < 64 ? text : null;
    case "int2":
    case "int4":
    case "int8":
      return WHOLE.test(text) && isWithin(BigInt(text), type) ? text : null;
    case "regclass":
      return WHOLE_RELATION.test(text) ? text : relation(text);
  }
}

const WHOLE = /^(0|-?[1-9]\d{0,18})$/;
const BITS = { int2: 15n, int4: 31n, int8: 63n } as const;

function isWithin(value: bigint, type: keyof typeof BITS): boolean {
  const end = 2n ** BITS[type];
  return value >= -end && value < end;
}

/** Marks around the name of a relation, which the server prints with or without its schema, depending on the search_path. */
const [OPEN, CLOSE] = ["\uE000", "\uE001"];
const WHOLE_RELATION = new RegExp(`^${OPEN}[^${OPEN}${CLOSE}]*${CLOSE}$`);
const RELATION = new RegExp(`${OPEN}([^${OPEN}${CLOSE}]*)${CLOSE}`, "g");
const MARK = new RegExp(`[${OPEN}${CLOSE}]`);

/** Whether a text contains a relation's name: how it is printed matters wherever it is not a separate name. */
export function hasRelation(text: string): boolean {
  return MARK.test(text);
}

const PART = `"(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_$]*`;
const PARTS = new RegExp(String.raw`^\s*(${PART})\s*(?:\.\s*(${PART})\s*)?$`);

function relation(text: string): string | null {
  const parts = PARTS.exec(text)
    ?.slice(1)
    .filter((part) => part !== undefined);
  return parts ? `${OPEN}${parts.map((part) => readableName(folded(part))).join(".")}${CLOSE}` : null;
}

function folded(part: string): string {
  return part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.toLowerCase();
}

/**
 * The text as it is executed. A relation in it is the same with or without its schema while it is a separate name: not next to other letters, a dot
 * or a quote, and not within quotes. Null where it is not.
 */
export function settledText(text: string): string | null {
  for (const { index, 0: span } of text.matchAll(RELATION)) {
    const [before, behind] = [text.slice(0, index), text.slice(index + span.length)];
    const quotes = (mark: RegExp) => (before.match(mark) ?? []).length % 2;
    if (!/(^|[\s(,])$/.test(before) || !/^($|[\s(),;])/.test(behind) || quotes(/'/g) || quotes(/"/g)) return null;
    if (/\$\w*\$/.test(before)) return null;
  }
  return text.replace(RELATION, "$1");
}
