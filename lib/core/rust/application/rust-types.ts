import { lastName } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";

/** A Rust or diesel type as a column's type: in `format_type` form, null when several PostgreSQL types fit. */
export interface ColumnShape {
  readonly type: string | null;
  readonly nullable: boolean;
}

/** Types of fields, for SeaORM's entities and sqlx's rows. A text may be `text`, `varchar` or an enum. */
const FIELDS: Readonly<Record<string, string>> = {
  i16: "smallint",
  i32: "integer",
  i64: "bigint",
  f32: "real",
  f64: "double precision",
  bool: "boolean",
  Uuid: "uuid",
  Date: "date",
  NaiveDate: "date",
  Time: "time without time zone",
  NaiveTime: "time without time zone",
  NaiveDateTime: "timestamp without time zone",
  DateTimeUtc: "timestamp with time zone",
  DateTimeWithTimeZone: "timestamp with time zone",
  DateTimeLocal: "timestamp with time zone",
  OffsetDateTime: "timestamp with time zone",
  TimeDateTimeWithTimeZone: "timestamp with time zone",
  Decimal: "numeric",
  BigDecimal: "numeric",
};

/** diesel's `sql_types`. */
const SQL_TYPES: Readonly<Record<string, string>> = {
  Int2: "smallint",
  SmallInt: "smallint",
  Int4: "integer",
  Integer: "integer",
  Int8: "bigint",
  BigInt: "bigint",
  Float4: "real",
  Float: "real",
  Float8: "double precision",
  Double: "double precision",
  Bool: "boolean",
  Text: "text",
  Varchar: "character varying",
  VarChar: "character varying",
  Bpchar: "character",
  Timestamp: "timestamp without time zone",
  Timestamptz: "timestamp with time zone",
  Date: "date",
  Time: "time without time zone",
  Interval: "interval",
  Uuid: "uuid",
  Json: "json",
  Jsonb: "jsonb",
  Bytea: "bytea",
  Binary: "bytea",
  Numeric: "numeric",
  Decimal: "numeric",
  Inet: "inet",
  Cidr: "cidr",
  Oid: "oid",
};

export function fieldShape(type: RustNode | null): ColumnShape {
  return shapeOf(type, "Option", FIELDS);
}

export function dieselShape(type: RustNode | null): ColumnShape {
  return shapeOf(type, "Nullable", SQL_TYPES);
}

function shapeOf(type: RustNode | null, optional: string, names: Readonly<Record<string, string>>): ColumnShape {
  const name = lastName(type) ?? "";
  const inner = type?.type === "generic_type" ? (type.field("type_arguments")?.plain[0] ?? null) : null;
  if (name === optional && inner) return { ...shapeOf(inner, optional, names), nullable: true };
  if (name === "Array" && inner) {
    const element = shapeOf(inner, optional, names).type;
    return { type: element === null ? null : `${element}[]`, nullable: false };
  }
  if (name === "Vec" && inner?.text === "u8") return { type: "bytea", nullable: false };
  // `DateTime<Utc>` is chrono's; SeaORM's own `DateTime` has no zone.
  if (name === "DateTime" && names === FIELDS) {
    return { type: inner ? "timestamp with time zone" : null, nullable: false };
  }
  return { type: inner ? null : (names[name] ?? null), nullable: false };
}
