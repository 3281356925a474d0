import type { Machine } from "../evaluate/machine.js";
import type { Call, Term, Value } from "../evaluate/value.js";
import { typeOfMethod } from "./column-types.js";

/** A builder as the library's own function would have created it. */
export function madeTerm(
  _machine: Machine,
  head: readonly string[],
  args: readonly Value[],
  calls: readonly [string, ...Value[]][],
  node: Term["node"],
): Term {
  const chained = calls.map(([method, ...rest]): Call => ({ method, args: rest, node }));
  return { kind: "term", head, args, calls: chained, node };
}

const COLUMN = ["ColumnDef", "new"];

/**
 * The helpers of `sea_orm_migration::schema` and `loco_rs::schema`: `string_null(Name)`, `pk_auto(Id)`, `table_auto(T)`. A type's name creates a
 * column that is not null; `_null` makes it nullable, `_uniq` also unique. Source: sea-orm-migration `schema.rs`, loco `schema.rs`.
 */
export function schemaHelper(machine: Machine, name: string, args: readonly Value[], node: Term["node"]): Term | null {
  const [first, ...rest] = args;
  if (!first) return null;
  if (first.kind === "term" && (name === "timestamps" || name === "timestamps_tz")) {
    return withTimestamps(machine, first, name === "timestamps_tz", node);
  }
  if (name === "table_auto" || name === "table_auto_tz") {
    const table = madeTerm(machine, ["Table", "create"], [], [["table", first], ["if_not_exists"]], node);
    return withTimestamps(machine, table, name === "table_auto_tz", node);
  }
  if (name === "alter") return madeTerm(machine, ["Table", "alter"], [], [["table", first]], node);
  const special = SPECIAL[name];
  if (special) return madeTerm(machine, COLUMN, [first], special, node);
  const [, base = name, suffix] = /^(.*?)(_null|_uniq)?$/.exec(name) ?? [];
  const method = METHOD_OF[base] ?? base;
  if (!isTypeMethod(machine, method, rest)) return null;
  const calls: [string, ...Value[]][] = [[method, ...rest], suffix === "_null" ? ["null"] : ["not_null"]];
  if (suffix === "_uniq") calls.push(["unique_key"]);
  return madeTerm(machine, COLUMN, [first], calls, node);
}

const SPECIAL: Readonly<Record<string, [string, ...Value[]][]>> = {
  pk_auto: [["integer"], ["not_null"], ["auto_increment"], ["primary_key"]],
  big_pk_auto: [["big_integer"], ["not_null"], ["auto_increment"], ["primary_key"]],
  pk_uuid: [["uuid"], ["not_null"], ["primary_key"]],
};

const METHOD_OF: Readonly<Record<string, string>> = {
  timestamptz: "timestamp_with_time_zone",
  enum_type: "enumeration",
};

function isTypeMethod(machine: Machine, method: string, args: readonly Value[]): boolean {
  try {
    return typeOfMethod(machine, method, args, { identity: false, lastCounts: false }) !== null;
  } catch {
    return true;
  }
}

function withTimestamps(machine: Machine, table: Term, zoned: boolean, node: Term["node"]): Term {
  const now = madeTerm(machine, ["Expr", "current_timestamp"], [], [], node);
  const type = zoned ? "timestamp_with_time_zone" : "timestamp";
  const calls = ["created_at", "updated_at"].map((name): Call => {
    const text: Value = { kind: "text", text: name, literal: null };
    const column = madeTerm(machine, COLUMN, [text], [[type], ["not_null"], ["default", now]], node);
    return { method: "col", args: [column], node };
  });
  return { ...table, calls: [...table.calls, ...calls] };
}
