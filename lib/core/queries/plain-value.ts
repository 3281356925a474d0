/** A value that any column of a type accepts, as text; null where none is known. */
export function plainValue(type: string): string | null {
  if (type.endsWith("[]")) return "{}";
  return VALUES[type.replace(/\(.*\)/, "")] ?? null;
}

/** One that hardly any table has, for a key that is not there yet; another one for each `round`. */
export function freshValue(type: string, round = 0): string | null {
  return FRESH[type]?.(round) ?? plainValue(type);
}

const FRESH: Readonly<Record<string, (round: number) => string>> = {
  smallint: (round) => String(32749 - round),
  integer: (round) => String(2147483629 - round),
  bigint: (round) => String(9223372036854775783n - BigInt(round)),
  numeric: (round) => String(922337203685477 - round),
  text: (round) => `schema-gate${round === 0 ? "" : round}`,
  "character varying": (round) => `schema-gate${round === 0 ? "" : round}`,
  uuid: (round) => `5c4e3a6a-7e00-4000-8000-6a7e${(round + 1).toString(16).padStart(8, "0")}`,
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
