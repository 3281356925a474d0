/** A value that any column of a type accepts, as text; null where none is known. */
export function plainValue(type: string): string | null {
  if (type.endsWith("[]")) return "{}";
  return VALUES[type.replace(/\(.*\)/, "")] ?? null;
}

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
