const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/**
 * The types of a foreign key's column that the server accepts for a key of each built-in type, in `ColumnType`'s spelling: those for which the key's
 * operator family or an implicit cast provides an equality. Every pair is measured in test/core/postgres/foreign-key-types.test.ts.
 */
const ACCEPTED: Readonly<Record<string, ReadonlySet<string>>> = {
  bool: words("bool"),
  int2: words("int2 int4 int8"),
  int4: words("int2 int4 int8"),
  int8: words("int2 int4 int8"),
  float4: words("int2 int4 int8 float4 float8 numeric"),
  float8: words("int2 int4 int8 float4 float8 numeric"),
  numeric: words("int2 int4 int8 numeric"),
  text: words("text varchar bpchar name"),
  varchar: words("text varchar bpchar name"),
  bpchar: words("text varchar bpchar"),
  name: words("text varchar bpchar name"),
  bytea: words("bytea"),
  uuid: words("uuid"),
  date: words("date timestamp timestamptz"),
  time: words("time"),
  timetz: words("time timetz"),
  timestamp: words("date timestamp timestamptz"),
  timestamptz: words("date timestamp timestamptz"),
  interval: words("time interval"),
  jsonb: words("jsonb"),
  inet: words("inet cidr"),
  cidr: words("inet cidr"),
  oid: words("int2 int4 int8 oid"),
};

/** Whether a column of one type may point at a key of another; null for a type that is not in the table. */
export function mayReference(from: string, key: string): boolean | null {
  const accepted = ACCEPTED[key];
  return accepted === undefined || ACCEPTED[from] === undefined ? null : accepted.has(from);
}

/** The types of the table, for the test that asks the server for each pair. */
export const KEY_TYPES: readonly string[] = Object.keys(ACCEPTED);
