import type { ArrayValue, ExecuteStatementResponse, Field } from "@aws-sdk/client-rds-data";
import type { Row } from "../../ports/database.js";

/** The rows of an answer with the values that the `pg` driver returns for the same types. */
export function rowsOf<R extends Row>({ records, columnMetadata }: ExecuteStatementResponse): R[] {
  const columns = columnMetadata ?? [];
  return (records ?? []).map((record) => {
    const cells = columns.map((column, index) => [
      column.label ?? column.name ?? String(index),
      cellOf(record[index], column.typeName ?? ""),
    ]);
    return Object.fromEntries(cells) as R;
  });
}

function cellOf(field: Field | undefined, type: string): unknown {
  if (field === undefined || field.isNull) return null;
  if (field.arrayValue !== undefined) return elementsOf(field.arrayValue, type.replace(/^_/, ""));
  if (field.blobValue !== undefined) return Buffer.from(field.blobValue);
  return scalar(field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue, type);
}

/** `pg` keeps what a JavaScript number cannot hold as text, and parses JSON and timestamps. */
function scalar(value: unknown, type: string): unknown {
  switch (type) {
    case "int8":
    case "numeric":
      return String(value);
    case "json":
    case "jsonb":
      return JSON.parse(String(value));
    // Returned in UTC, without saying so (RDS User Guide, calling the Data API).
    case "timestamptz":
      return new Date(`${String(value).replace(" ", "T")}Z`);
    default:
      return value;
  }
}

function elementsOf(array: ArrayValue, type: string): unknown[] {
  if (array.arrayValues !== undefined)
    return array.arrayValues.map((one) => (one === null ? null : elementsOf(one, type)));
  const values = array.stringValues ?? array.longValues ?? array.doubleValues ?? array.booleanValues ?? [];
  return values.map((value) => scalar(value, type));
}
