import type { Machine } from "../evaluate/machine.js";
import type { Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { describe, nameOf } from "./names.js";

/** Which SQL a version of sea-query writes. */
export interface Dialect {
  /** Since 1.0: identity columns and wider unsigned types. */
  readonly identity: boolean;
  /** Since 1.0: of two values for one clause of a column, the last. Earlier versions write both. */
  readonly lastCounts: boolean;
}

type TypeText = (args: readonly Value[], machine: Machine, dialect: Dialect) => string;

const plain =
  (type: string): TypeText =>
  () =>
    type;

function number(value: Value | undefined): string {
  const inner = value?.kind === "some" ? value.value : value;
  if (inner?.kind !== "number") throw new NotLowered(`The length ${describe(value)} is not constant`);
  return inner.text;
}

function sized(name: string): TypeText {
  return (args) => (args.length === 0 || args[0]?.kind === "none" ? name : `${name}(${number(args[0])})`);
}

/** `(precision, scale)`, given as two arguments, as a pair, or not at all. */
function decimal(name: string): TypeText {
  return (args) => {
    const [first] = args;
    const pair = first?.kind === "some" ? first.value : first;
    if (!pair || pair.kind === "none") return name;
    const parts = pair.kind === "list" ? pair.items : args;
    return `${name}(${parts.map(number).join(", ")})`;
  };
}

const named: TypeText = (args, machine) => nameOf(machine, args[0]);

function stringType(args: readonly Value[]): string {
  const [first] = args;
  if (!first || first.kind === "none") return "varchar";
  if (first.kind === "path" && /^(None|Max)$/.test(first.segments.at(-1) ?? "")) return "varchar";
  if (first.kind === "term" && first.head.at(-1) === "N") return `varchar(${number(first.args[0])})`;
  return `varchar(${number(first)})`;
}

function interval(args: readonly Value[]): string {
  const [fields, precision] = args;
  const inner = fields?.kind === "some" ? fields.value : fields;
  const words =
    inner?.kind === "path"
      ? ` ${inner.segments
          .at(-1)
          ?.replace(/([a-z])([A-Z])/g, "$1 $2")
          .toUpperCase()}`
      : "";
  return `interval${words}${precision?.kind === "some" ? `(${number(precision.value)})` : ""}`;
}

/** By the name of `ColumnDef`'s method. Source: sea-query `backend/postgres/table.rs`, `prepare_column_type`. */
const METHODS: Readonly<Record<string, TypeText>> = {
  char: sized("char"),
  char_len: sized("char"),
  string: stringType,
  string_len: stringType,
  text: plain("text"),
  tiny_integer: plain("smallint"),
  tiny_unsigned: plain("smallint"),
  small_integer: plain("smallint"),
  small_unsigned: (_args, _machine, dialect) => (dialect.identity ? "integer" : "smallint"),
  integer: plain("integer"),
  unsigned: (_args, _machine, dialect) => (dialect.identity ? "bigint" : "integer"),
  big_integer: plain("bigint"),
  big_unsigned: plain("bigint"),
  float: plain("real"),
  double: plain("double precision"),
  decimal: decimal("decimal"),
  decimal_len: decimal("decimal"),
  date_time: plain("timestamp without time zone"),
  timestamp: plain("timestamp"),
  timestamp_with_time_zone: plain("timestamp with time zone"),
  time: plain("time"),
  date: plain("date"),
  interval,
  binary: plain("bytea"),
  binary_len: plain("bytea"),
  var_binary: plain("bytea"),
  blob: plain("bytea"),
  bit: sized("bit"),
  varbit: sized("varbit"),
  var_bit: sized("varbit"),
  boolean: plain("bool"),
  money: decimal("money"),
  money_len: decimal("money"),
  json: plain("json"),
  json_binary: plain("jsonb"),
  uuid: plain("uuid"),
  custom: named,
  enumeration: named,
  array: (args, machine, dialect) => `${columnType(machine, args[0], dialect)}[]`,
  vector: sized("vector"),
  cidr: plain("cidr"),
  inet: plain("inet"),
  mac_address: plain("macaddr"),
  mac_addr: plain("macaddr"),
  ltree: plain("ltree"),
};

/** The type that a method of `ColumnDef` sets, or null when the method sets none. */
export function typeOfMethod(
  machine: Machine,
  method: string,
  args: readonly Value[],
  dialect: Dialect,
): string | null {
  return METHODS[method]?.(args, machine, dialect) ?? null;
}

/** A value of `ColumnType`: `ColumnType::Integer`, `ColumnType::Decimal(Some((10, 2)))`, `ColumnType::string(None)`. */
export function columnType(machine: Machine, value: Value | undefined, dialect: Dialect): string {
  const method = value ? methodOfVariant(value) : null;
  if (method === null) throw new NotLowered(`The type ${describe(value)} is not known`);
  const args = value?.kind === "term" ? value.args : value?.kind === "struct" ? [...value.fields.values()] : [];
  const named = value?.kind === "struct" ? value.fields.get("name") : undefined;
  const type = METHODS[method]?.(named ? [named] : args, machine, dialect);
  if (type === undefined) throw new NotLowered(`The type ${describe(value)} is not known`);
  return type;
}

function methodOfVariant(value: Value): string | null {
  const head = value.kind === "path" ? value.segments : value.kind === "term" ? value.head : null;
  const variant = head?.at(-1) ?? (value.kind === "struct" ? "Enum" : null);
  if (variant === null || (value.kind === "term" && value.calls.length > 0)) return null;
  if (variant === "Enum") return "enumeration";
  return variant.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
}
