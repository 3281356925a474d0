/** A name as an SQL identifier, always quoted: correct for keywords, upper case and hostile names alike. */
export function identifier(name: string): string {
  if (name.includes("\0")) throw new RangeError("a PostgreSQL identifier cannot hold a NUL byte");
  return `"${name.replaceAll('"', '""')}"`;
}

/** A name with its schema, when it has one. */
export function qualified(schema: string | null | undefined, name: string): string {
  return schema == null ? identifier(name) : `${identifier(schema)}.${identifier(name)}`;
}

/** A text as an SQL string literal; the same with any `standard_conforming_strings`. */
export function literal(text: string): string {
  if (text.includes("\0")) throw new RangeError("a PostgreSQL text cannot hold a NUL byte");
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}
