import { literal } from "../../sql/quote.js";
import type { Machine } from "../evaluate/machine.js";
import { type Call, type Term, text, type Value } from "../evaluate/value.js";
import { snakeCase } from "../syntax/names.js";
import type { RustNode } from "../syntax/rust-node.js";
import { pluralOf, singularOf } from "./inflect.js";
import { madeTerm, schemaHelper } from "./schema-helpers.js";

type Send = (statement: Value) => Value;

const tableName = (name: string) => snakeCase(pluralOf(name));
const referenceName = (name: string) => `${snakeCase(singularOf(name))}_id`;
const path = (node: RustNode, ...segments: string[]): Value => ({ kind: "path", segments, node });

/**
 * loco's functions that take the schema manager: `create_table(m, "users", &[("id", ColType::PkAuto)], &[("team", "")])`.
 * Undefined for any other. Source: loco `schema.rs`.
 */
export function locoFunction(
  machine: Machine,
  name: string,
  args: readonly Value[],
  node: RustNode,
  send: Send,
): Value | undefined {
  const [table, second, third] = args;
  if (table?.kind !== "text") return undefined;
  const alter = (...calls: [string, ...Value[]][]) =>
    send(madeTerm(machine, ["Table", "alter"], [], [["table", text(tableName(table.text))], ...calls], node));
  const creation = /^create_(join_)?table(_without_timestamps)?$/.exec(name);
  if (creation && second?.kind === "list" && third?.kind === "list") {
    const options = { join: creation[1] !== undefined, timestamps: creation[2] === undefined };
    return createTable(machine, table.text, second.items, third.items, options, node, send);
  }
  if (name === "drop_table" && args.length === 1) {
    return send(madeTerm(machine, ["Table", "drop"], [], [["table", text(tableName(table.text))]], node));
  }
  if (name === "add_column" && second?.kind === "text") {
    const column = third ? columnOf(machine, second, third, node) : null;
    return column ? alter(["add_column", column]) : undefined;
  }
  if (name === "remove_column" && second?.kind === "text") return alter(["drop_column", second]);
  if (second?.kind !== "text" || third?.kind !== "text") return undefined;
  const column = text(third.text === "" ? referenceName(second.text) : third.text);
  const keyName = text(`fk-${tableName(table.text)}-${column.text}-to-${tableName(second.text)}`);
  if (name === "remove_reference") return alter(["drop_foreign_key", keyName]);
  if (name !== "add_reference") return undefined;
  const key = foreignKey(
    machine,
    keyName,
    text(tableName(table.text)),
    column,
    text(tableName(second.text)),
    false,
    node,
  );
  const definition = columnOf(machine, column, path(node, "ColType", "Integer"), node);
  return definition ? alter(["add_column", definition], ["add_foreign_key", key]) : undefined;
}

function foreignKey(
  machine: Machine,
  name: Value,
  from: Value,
  column: Value,
  to: Value,
  nullable: boolean,
  node: RustNode,
): Term {
  const onDelete = path(node, "ForeignKeyAction", nullable ? "SetNull" : "Cascade");
  const onUpdate = path(node, "ForeignKeyAction", nullable ? "NoAction" : "Cascade");
  const calls: [string, ...Value[]][] = [
    ["name", name],
    ["from", from, column],
    ["to", to, text("id")],
    ["on_delete", onDelete],
    ["on_update", onUpdate],
  ];
  return madeTerm(machine, ["ForeignKey", "create"], [], calls, node);
}

function createTable(
  machine: Machine,
  given: string,
  columns: readonly Value[],
  references: readonly Value[],
  options: { readonly join: boolean; readonly timestamps: boolean },
  node: RustNode,
  send: Send,
): Value {
  const table = text(tableName(given));
  const statement = options.timestamps
    ? schemaHelper(machine, "table_auto_tz", [table], node)
    : madeTerm(machine, ["Table", "create"], [], [["table", table], ["if_not_exists"]], node);
  const pairs = columns.map(pairOf);
  const targets = references.map(pairOf).map((pair) => referenceOf(pair));
  if (!statement || pairs.includes(null) || targets.includes(null)) {
    return machine.opaque("The columns of the table are not all known before the code runs", node);
  }
  const calls: Call[] = [...statement.calls];
  const add = (method: string, ...args: Value[]) => calls.push({ method, args, node });
  const known = targets.flatMap((target) => (target ? [target] : []));
  if (options.join) {
    const name = text(`idx-${table.text}-refs-pk`);
    const keys = known.map(({ column }): [string, Value] => ["col", text(column)]);
    add("primary_key", madeTerm(machine, ["Index", "create"], [], [["name", name], ["table", table], ...keys], node));
  }
  const names = new Set<string>();
  for (const pair of pairs) {
    if (!pair) continue;
    const column = columnOf(machine, text(pair.name), pair.value, node);
    if (!column) return machine.opaque(`The type of the column ${pair.name} is not known`, node);
    names.add(pair.name);
    enumOf(machine, pair.value, node, send);
    add("col", column);
  }
  for (const { table: target, column, nullable } of known) {
    const type = path(node, "ColType", nullable ? "IntegerNull" : "Integer");
    const definition = columnOf(machine, text(column), type, node);
    if (definition && !names.has(column)) add("col", definition);
    const name = text(`fk-${target}-${column}-to-${table.text}`);
    add("foreign_key", foreignKey(machine, name, table, text(column), text(target), nullable, node));
  }
  return send({ ...statement, calls });
}

function pairOf(value: Value): { name: string; value: Value } | null {
  if (value.kind !== "list") return null;
  const [name, second] = value.items;
  return name?.kind === "text" && second ? { name: name.text, value: second } : null;
}

function referenceOf(pair: ReturnType<typeof pairOf>): { table: string; column: string; nullable: boolean } | null {
  if (pair?.value.kind !== "text") return null;
  const nullable = pair.name.endsWith("?");
  const table = tableName(nullable ? pair.name.slice(0, -1) : pair.name);
  return { table, column: pair.value.text === "" ? referenceName(table) : pair.value.text, nullable };
}

/** An enum type is created before the table when the database lacks it. */
function enumOf(machine: Machine, value: Value, node: RustNode, send: Send): void {
  if (value.kind !== "term" || !/^Enum(Null)?(WithDefault)?$/.test(value.head.at(-1) ?? "")) return;
  const [name, variants] = value.args;
  if (name?.kind !== "text" || !variants) return;
  const make = () =>
    send(
      madeTerm(
        machine,
        ["Type", "create"],
        [],
        [
          ["as_enum", name],
          ["values", variants],
        ],
        node,
      ),
    );
  const then = machine.sink.capture(() => {
    make();
  });
  const sql = `EXISTS (SELECT FROM pg_type WHERE typname = ${literal(name.text)} AND typtype = 'e')`;
  const condition = { sql, negated: true, reason: "Each tenant's database answers this", asked: [] };
  machine.sink.emit({ kind: "guard", condition, whenTrue: then, whenFalse: [], node });
}

/** `ColType::StringLenWithDefault(10, "x".into())` as a column. Null for an unknown type. */
function columnOf(machine: Machine, name: Value, type: Value, node: RustNode): Term | null {
  const variant = type.kind === "path" ? type.segments.at(-1) : type.kind === "term" ? type.head.at(-1) : undefined;
  const args = type.kind === "term" ? type.args : [];
  if (variant === undefined) return null;
  const [, base = "", suffix, withDefault] = /^(.*?)(Null|Uniq)?(WithDefault)?$/.exec(variant) ?? [];
  const helper = ENUMS.test(base) ? "enum_type" : (HELPERS[base] ?? snake(base));
  const given = withDefault ? args.slice(0, -1) : args;
  const ending = suffix === undefined || NEVER_SUFFIXED.has(helper) ? "" : `_${suffix.toLowerCase()}`;
  const column = schemaHelper(machine, `${helper}${ending}`, [name, ...given], node);
  const value = args.at(-1);
  if (!column || !withDefault || !value) return column;
  return { ...column, calls: [...column.calls, { method: "default", args: [value], node }] };
}

const ENUMS = /^Enum$/;
const HELPERS: Readonly<Record<string, string>> = { TimestampWithTimeZone: "timestamptz", VarBitLen: "varbit" };
const NEVER_SUFFIXED = new Set(["pk_auto", "pk_uuid"]);

function snake(variant: string): string {
  return variant.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
}
