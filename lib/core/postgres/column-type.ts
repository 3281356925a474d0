import type { TypeName } from "libpg-query";
import { constant, strings } from "../sql/tree.js";

/** A type in one spelling whatever the source: `int4`, `varchar(20)`, `timestamptz`, `app.mood[]`. */
export interface ColumnType {
  readonly name: string;
  readonly modifiers: readonly number[];
  readonly array: boolean;
}

const SPELLINGS: Readonly<Record<string, string>> = {
  integer: "int4",
  int: "int4",
  bigint: "int8",
  smallint: "int2",
  boolean: "bool",
  real: "float4",
  "double precision": "float8",
  decimal: "numeric",
  "character varying": "varchar",
  character: "bpchar",
  char: "bpchar",
  "bit varying": "varbit",
  "timestamp without time zone": "timestamp",
  "timestamp with time zone": "timestamptz",
  "time without time zone": "time",
  "time with time zone": "timetz",
};

const PRINTED: Readonly<Record<string, string>> = {
  int4: "integer",
  int8: "bigint",
  int2: "smallint",
  bool: "boolean",
  float4: "real",
  float8: "double precision",
  bpchar: "char",
};

/** The type as the parser has it. */
export function typeOf(type: TypeName | undefined): ColumnType | null {
  const parts = strings(type?.names);
  const last = parts.at(-1);
  if (!type || last === undefined) return null;
  // Only the one-byte type keeps this name: the grammar turns `char` into bpchar.
  if (last === "char") return { name: '"char"', modifiers: [], array: (type.arrayBounds ?? []).length > 0 };
  const schema = parts.length > 1 && parts[0] !== "pg_catalog" ? `${parts[0]}.` : "";
  const name = schema + (parts[0] === "pg_catalog" || parts.length === 1 ? (SPELLINGS[last] ?? last) : last);
  const modifiers = (type.typmods ?? []).flatMap((node) => constant(node) ?? []).map(Number);
  return { name, modifiers, array: (type.arrayBounds ?? []).length > 0 };
}

/** The type as `format_type` prints it: `character varying(20)`, `timestamp(3) with time zone`, `integer[]`. */
export function typeFromText(text: string): ColumnType {
  const array = text.endsWith("[]");
  const bare = array ? text.slice(0, -2) : text;
  const modifiers = /\(([^)]*)\)/.exec(bare)?.[1]?.split(",").map(Number) ?? [];
  const name = bare
    .replace(/\([^)]*\)/, "")
    .replace(/\s+/g, " ")
    .trim();
  return { name: SPELLINGS[name] ?? name, modifiers, array };
}

export function printType(type: ColumnType): string {
  const modifiers = type.modifiers.length > 0 ? `(${type.modifiers.join(",")})` : "";
  const name = type.name === "bpchar" && type.modifiers.length === 0 ? "bpchar" : (PRINTED[type.name] ?? type.name);
  return `${name}${modifiers}${type.array ? "[]" : ""}`;
}

/** A name without a schema, as in a text, counts as the one that the server prints with `public`, quoted or not. */
export function sameType(a: ColumnType, b: ColumnType): boolean {
  return plainName(a) === plainName(b);
}

function plainName(type: ColumnType): string {
  return printType(type)
    .replace(/^(public|"public")\./, "")
    .replace(/^"([^"]{2,}|[^c"][^"]*)"/, "$1");
}
