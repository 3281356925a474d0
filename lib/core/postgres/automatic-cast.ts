import type { ColumnType } from "./column-type.js";

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const STRINGS = words("text varchar bpchar name");
const NUMBERS = words("int2 int4 int8 float4 float8 numeric");

/** The other types, besides strings, to which the server casts in an assignment (pg_cast with the contexts `a` and `i`). */
const CASTS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(NUMBERS.map((name) => [name, NUMBERS])),
  int2: [...NUMBERS, "oid"],
  int4: [...NUMBERS, "money", "oid"],
  int8: [...NUMBERS, "money", "oid"],
  numeric: [...NUMBERS, "money"],
  oid: ["int4", "int8"],
  money: ["numeric"],
  bool: [],
  bytea: [],
  uuid: [],
  xml: [],
  date: ["timestamp", "timestamptz"],
  timestamp: ["date", "time", "timestamptz"],
  timestamptz: ["date", "time", "timetz", "timestamp"],
  time: ["interval", "timetz"],
  timetz: ["time"],
  interval: ["time"],
  json: ["jsonb"],
  jsonb: ["json"],
  inet: ["cidr"],
  cidr: ["inet"],
  bit: ["varbit"],
  varbit: ["bit"],
  ...Object.fromEntries(STRINGS.map((name) => [name, []])),
};

/** The types for which this is known; test/core/postgres/automatic-cast.test.ts asks the servers for each pair. */
export const CAST_TYPES: readonly string[] = Object.keys(CASTS);

/**
 * Whether ALTER COLUMN … TYPE without USING casts from one type to the other; null where that is unknown, as for arrays and types that are not
 * PostgreSQL's own.
 */
export function castsByItself(from: ColumnType, to: ColumnType): boolean | null {
  const casts = CASTS[from.name];
  if (!casts || !CASTS[to.name] || from.array || to.array) return null;
  return from.name === to.name || STRINGS.includes(to.name) || casts.includes(to.name);
}
