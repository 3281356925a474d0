import { parseType } from "../../postgres/type-change.js";

const VALUES: Readonly<Record<string, string>> = {
  smallint: "0",
  integer: "0",
  bigint: "0",
  numeric: "0",
  real: "0",
  "double precision": "0",
  money: "0",
  boolean: "false",
  text: "''",
  "character varying": "''",
  character: "''",
  citext: "''",
  bytea: "''",
  uuid: "gen_random_uuid()",
  json: "'{}'",
  jsonb: "'{}'",
  date: "current_date",
  "timestamp without time zone": "localtimestamp",
  "timestamp with time zone": "now()",
  "time without time zone": "localtime",
  "time with time zone": "current_time",
  interval: "'0'",
  hstore: "''",
};

/** A value that says nothing, to stand in for a missing one until a person writes a better; null for other types. */
export function neutralValue(type: string): string | null {
  if (type.endsWith("]")) return "'{}'";
  return VALUES[parseType(type)?.base ?? ""] ?? null;
}
