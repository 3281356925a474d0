import { valueOfText } from "../evaluate/code-in-text.js";
import type { Machine } from "../evaluate/machine.js";
import type { Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { cfgOf } from "../syntax/attributes.js";
import type { Item } from "../syntax/items.js";
import { lastName, pathOf } from "../syntax/items.js";
import { tokensOf } from "../syntax/literals.js";
import { camelCase } from "../syntax/names.js";
import type { RustNode } from "../syntax/rust-node.js";
import { attributeText, type EntityField } from "./entity-names.js";

export type NamedCall = [method: string, ...args: Value[]];

/** A column's type by the Rust type of its field. Source: sea-query `value.rs`, `ValueType::column_type`. */
const TYPES: Readonly<Record<string, string>> = {
  bool: "boolean",
  i8: "tiny_integer",
  i16: "small_integer",
  i32: "integer",
  i64: "big_integer",
  u8: "tiny_unsigned",
  u16: "small_unsigned",
  u32: "unsigned",
  u64: "big_unsigned",
  f32: "float",
  f64: "double",
  String: "string",
  Json: "json",
  JsonValue: "json",
  Value: "json",
  Uuid: "uuid",
  Decimal: "decimal",
  BigDecimal: "decimal",
  Date: "date",
  NaiveDate: "date",
  TimeDate: "date",
  Time: "time",
  NaiveTime: "time",
  TimeTime: "time",
  DateTime: "date_time",
  NaiveDateTime: "date_time",
  PrimitiveDateTime: "date_time",
  TimeDateTime: "date_time",
  DateTimeUtc: "timestamp_with_time_zone",
  DateTimeLocal: "timestamp_with_time_zone",
  DateTimeWithTimeZone: "timestamp_with_time_zone",
  OffsetDateTime: "timestamp_with_time_zone",
  TimeDateTimeWithTimeZone: "timestamp_with_time_zone",
  IpNetwork: "inet",
};

/** The keys of `#[sea_orm(…)]` on a field; any other may change anything about its column. */
const KEYS =
  /^(primary_key|auto_increment|column_type|column_name|enum_name|nullable|unique|indexed|unique_key|default_value|default_expr|extra|comment|select_as|save_as|renamed_from)$/;

/** What `ColumnDef` is told about a field, apart from the primary key. Throws `NotLowered` for what is unknown. */
export function columnCalls(machine: Machine, field: EntityField): readonly NamedCall[] {
  const keys = keysOf(field);
  const optional = lastName(field.type) === "Option";
  const type = optional ? (field.type?.field("type_arguments")?.plain[0] ?? null) : field.type;
  const written = attributeText(field.attributes, "column_type");
  const calls: NamedCall[] = [
    written === null ? typeOf(machine, type, field.node) : ["as_type", columnType(machine, written, field.node)],
  ];
  if (!optional && !keys.has("nullable")) calls.push(["not_null"]);
  const value = keys.get("default_value");
  const expression = attributeText(field.attributes, "default_expr");
  if (value) calls.push(["default", valueOfText(machine, value.text, field.node)]);
  if (expression !== null) calls.push(["default", valueOfText(machine, expression, field.node)]);
  const extra = attributeText(field.attributes, "extra");
  if (keys.has("unique")) calls.push(["unique_key"]);
  if (extra !== null) calls.push(["extra", { kind: "text", text: extra, literal: null }]);
  return calls;
}

/** `String(StringLen::N(16))` as the value of `ColumnType::String(StringLen::N(16))`. */
function columnType(machine: Machine, text: string, node: RustNode): Value {
  return valueOfText(machine, `ColumnType::${text}`, node);
}

/** The keys of the field's attributes, each with what follows `=`. */
export function keysOf(field: EntityField): ReadonlyMap<string, RustNode | null> {
  const keys = new Map<string, RustNode | null>();
  if (cfgOf(field.attributes) === "maybe")
    throw new NotLowered("Whether the build has the field is not known", field.node);
  for (const item of field.attributes) {
    const attribute = item.child("attribute");
    if (attribute?.children[0]?.text !== "sea_orm") continue;
    const tokens = tokensOf(attribute.field("arguments") ?? item);
    for (let at = 0; at < tokens.length; at++) {
      const key = tokens[at];
      if (key?.kind !== "word" || !KEYS.test(key.text))
        throw new NotLowered(`What ${key?.text} says of a column is not known`, field.node);
      const last = attribute.field("arguments")?.text.at(-2);
      const next = tokens[at + 1];
      const between = next ? item.source.text.slice(key.node.end, next.node.start).trim() : (last ?? "");
      const given = next !== undefined && between.startsWith("=");
      keys.set(key.text, given ? next.node : null);
      if (given) at++;
    }
  }
  return keys;
}

function typeOf(machine: Machine, type: RustNode | null, node: RustNode): NamedCall {
  if (!type) throw new NotLowered("The field has no type", node);
  const name = lastName(type) ?? "";
  const inner = type.type === "generic_type" ? (type.field("type_arguments")?.plain[0] ?? null) : null;
  const found = machine.crate.type(pathOf(type), type);
  if (found?.kind === "ambiguous") throw new NotLowered(`Which type ${type.text} is cannot be told`, node);
  if (found?.kind === "item") return ownType(machine, found.item, node);
  const external = found?.kind === "external" ? (found.path.at(-1) ?? name) : name;
  if (inner && external === "Vec" && inner.text === "u8") return ["var_binary"];
  if (inner && external === "Vec") {
    const [method] = typeOf(machine, inner, node);
    return ["array", { kind: "path", segments: ["ColumnType", camelCase(method)], node }];
  }
  if (inner && external === "DateTime") return ["timestamp_with_time_zone"];
  const method = inner ? undefined : TYPES[external];
  if (method === undefined || !Object.hasOwn(TYPES, external))
    throw new NotLowered(`The column type of ${type.text} is not known`, node);
  return [method];
}

/** An enum that derives `ActiveEnum`, a wrapper that derives `ValueType`, a struct stored as JSON, an alias. */
function ownType(machine: Machine, item: Item, node: RustNode): NamedCall {
  const derives = item.attributes.map((each) => each.text).join(" ");
  if (machine.crate.untold(item) !== null) throw new NotLowered(`What ${item.name} is cannot be told`, node);
  if (item.kind === "alias") return typeOf(machine, item.node.field("type"), node);
  if (/\bDeriveActiveEnum\b/.test(derives)) {
    const stored = attributeText(item.attributes, "db_type");
    const name = attributeText(item.attributes, "enum_name");
    if (stored === "Enum" && name !== null) return ["custom", { kind: "text", text: name, literal: null }];
    if (stored !== null && stored !== "Enum") return ["as_type", columnType(machine, stored, item.node)];
  }
  const written = item.attributes.some((each) => /#\[\s*sea_orm\b/.test(each.text));
  const fields = item.node.field("body")?.plain ?? [];
  const only = item.node.field("body")?.children.find((each) => /type|identifier/.test(each.type)) ?? null;
  if (/\bDeriveValueType\b/.test(derives) && !written && fields.length <= 1 && only) return typeOf(machine, only, node);
  if (/\bFromJsonQueryResult\b/.test(derives) && !written) return ["json"];
  throw new NotLowered(`The column type of ${item.name} is not known`, node);
}
