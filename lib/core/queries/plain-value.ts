/** A value that any column of a type accepts, as text; null where none is known. */
export function plainValue(type: string): string | null {
  if (type.endsWith("[]")) return "{}";
  return VALUES[type.replace(/\(.*\)/, "")] ?? null;
}

/** One that hardly any table has, for a key that is not there yet. */
export function freshValue(type: string): string | null {
  return FRESH[type] ?? plainValue(type);
}

const FRESH: Readonly<Record<string, string>> = {
  smallint: "32749",
  integer: "2147483629",
  bigint: "9223372036854775783",
  numeric: "922337203685477",
  text: "schema-gate",
  "character varying": "schema-gate",
  uuid: "5c4e3a6a-7e00-4000-8000-6a7e00000001",
};

/** By the type's name as `format_type` writes it. */
const VALUES: Readonly<Record<string, string>> = {
  smallint: "1",
  integer: "1",
  bigint: "1",
  real: "1",
  "double precision": "1",
  numeric: "1",
  boolean: "true",
  text: "x",
  "character varying": "x",
  character: "x",
  uuid: "00000000-0000-4000-8000-000000000001",
  json: "{}",
  jsonb: "{}",
  bytea: "\\x00",
  date: "2000-01-01",
  "timestamp without time zone": "2000-01-01",
  "timestamp with time zone": "2000-01-01",
  interval: "1 day",
};
