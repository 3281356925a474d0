import type { SqlParameter } from "@aws-sdk/client-rds-data";
import { scanSync } from "libpg-query";

export interface BoundStatement {
  readonly sql: string;
  readonly parameters: SqlParameter[];
}

/**
 * A statement with `$1` in the form of the RDS Data API: `:p1`, with named values. The Data API does not accept arrays, so an array is sent
 * as PostgreSQL's own array text with a cast. The parser must be loaded.
 */
export function bound(text: string, values: readonly unknown[] = []): BoundStatement {
  if (values.length === 0) return { sql: text, parameters: [] };
  const bytes = Buffer.from(text, "utf8");
  let sql = "";
  let at = 0;
  for (const token of scanSync(text).tokens) {
    if (token.tokenName !== "PARAM") continue;
    const number = Number(token.text.slice(1));
    sql += bytes.subarray(at, token.start).toString("utf8");
    sql += Array.isArray(values[number - 1]) ? `(:p${number})::text[]` : `:p${number}`;
    at = token.end;
  }
  sql += bytes.subarray(at).toString("utf8");
  return { sql, parameters: values.map((value, index) => ({ name: `p${index + 1}`, value: fieldOf(value) })) };
}

function fieldOf(value: unknown): NonNullable<SqlParameter["value"]> {
  if (value === null || value === undefined) return { isNull: true };
  if (typeof value === "boolean") return { booleanValue: value };
  if (typeof value === "number") return Number.isInteger(value) ? { longValue: value } : { doubleValue: value };
  if (Array.isArray(value)) return { stringValue: arrayText(value) };
  if (value instanceof Uint8Array) return { blobValue: value };
  if (value instanceof Date) return { stringValue: value.toISOString() };
  return { stringValue: typeof value === "object" ? JSON.stringify(value) : String(value) };
}

/** https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function arrayText(values: readonly unknown[]): string {
  const element = (value: unknown) =>
    value === null ? "NULL" : `"${String(value).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  return `{${values.map(element).join(",")}}`;
}
