/** Other names of built-in types, and the name that `format_type` prints. */
const NAMES: Readonly<Record<string, string>> = {
  int: "integer",
  int4: "integer",
  int2: "smallint",
  int8: "bigint",
  serial: "integer",
  serial4: "integer",
  bigserial: "bigint",
  serial8: "bigint",
  smallserial: "smallint",
  serial2: "smallint",
  float: "double precision",
  float4: "real",
  float8: "double precision",
  bool: "boolean",
  varchar: "character varying",
  char: "character",
  bpchar: "character",
  decimal: "numeric",
  timestamptz: "timestamp with time zone",
  timestamp: "timestamp without time zone",
  timetz: "time with time zone",
  time: "time without time zone",
  varbit: "bit varying",
};

/** The name that `format_type` prints for another name of a built-in type, in lower case; any other name as it is. */
export function builtInName(name: string): string {
  return NAMES[name] ?? name;
}

/**
 * A type as `format_type` prints it, from any of its spellings: `varchar(20)[]` is `character varying(20)[]`. Types that
 * are not built in keep their names.
 */
export function formattedType(type: string): string {
  const match = /^(.*?)((?:\s*\[\d*\])*)$/s.exec(type.trim().replace(/^pg_catalog\./i, ""));
  // The server stores neither the number of an array's dimensions nor their length.
  const arrays = (match?.[2] ?? "") === "" ? "" : "[]";
  return scalar((match?.[1] ?? type).trim()) + arrays;
}

function scalar(type: string): string {
  const zoned = /^(timestamp|time)\s*(\(\s*\d+\s*\))?\s+(with|without)\s+time\s+zone$/i.exec(type);
  if (zoned) {
    const [, name = "", precision = "", word = ""] = zoned;
    return `${name.toLowerCase()}${precision.replace(/\s/g, "")} ${word.toLowerCase()} time zone`;
  }
  const match = /^([^("]+?)\s*(\(.*\))?$/s.exec(type);
  if (!match) return type;
  const words = (match[1] ?? "").toLowerCase().replace(/\s+/g, " ");
  const modifiers = (match[2] ?? "").replace(/\s/g, "");
  const name = builtInName(words);
  if (words === "bpchar" && modifiers === "") return "bpchar";
  if (name === "character" && modifiers === "") return "character(1)";
  if (/^time/.test(name) && modifiers !== "") return name.replace(/^(timestamp|time)/, `$1${modifiers}`);
  if (name === "numeric" && /^\(\d+\)$/.test(modifiers)) return `numeric(${modifiers.slice(1, -1)},0)`;
  if (words === "float" && modifiers !== "") return Number(modifiers.slice(1, -1)) <= 24 ? "real" : "double precision";
  return NAMES[words] === undefined && !/^[a-z ]+$/.test(words)
    ? `${match[1]?.trim()}${modifiers}`
    : `${name}${modifiers}`;
}
