import type { Library, Machine } from "../evaluate/machine.js";
import { type Call, type Term, text, UNIT, unknown, type Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import type { RustNode } from "../syntax/rust-node.js";
import { changeText, createText, partsOf } from "./barrel-table.js";
import { MODIFIERS, tableText, textOf } from "./barrel-text.js";

/** barrel: `Migration::new()`, its changes, and `make::<Pg>()`, which returns the text of all of them. */
export const barrelLibrary: Library = {
  onHandle: () => undefined,
  onFunction: () => undefined,
  onBuilder(machine, builder, method, args, node) {
    const [value] = args;
    if (builder.kind === "struct" && builder.name === "Type" && value && MODIFIERS.has(method)) {
      const given: Value = method === "default" ? { kind: "some", value } : value;
      return { ...builder, fields: new Map(builder.fields).set(method, given) };
    }
    if (builder.kind !== "term") return undefined;
    const head = builder.head.slice(-2).join("::");
    if (head === "Migration::new" && method === "make") return made(machine, builder, node);
    if (head === "Migration::new" && /^(create_table|create_table_if_not_exists|change_table)$/.test(method)) {
      return withTable(machine, builder, method, args, node);
    }
    return undefined;
  },
  queryText: () => {
    throw new NotLowered("barrel makes no queries");
  },
};

/** Runs the closure on a new table, and keeps the table as the change's last argument. */
function withTable(machine: Machine, migration: Term, method: string, args: readonly Value[], node: RustNode): Value {
  const [name, closure] = args;
  const empty: Term = { kind: "term", head: ["Table", "new"], args: [], calls: [], node };
  const place = machine.cell(empty, true, true);
  if (closure?.kind === "closure") machine.callClosure(closure, [{ kind: "ref", place }]);
  else place.set(unknown("The table's columns are not written here", node));
  return { ...migration, calls: [...migration.calls, { method, args: [name ?? UNIT, place.get()], node }] };
}

function made(machine: Machine, migration: Term, node: RustNode): Value {
  const backend = node.field("function")?.field("type_arguments")?.plain[0]?.text ?? "";
  if (!/(^|::)Pg$/.test(backend))
    return machine.opaque(`The text is barrel's for ${backend || "a database that is not named"}`, node);
  const schemaCall = migration.calls.findLast((call) => call.method === "schema");
  let whole = "";
  for (const call of migration.calls) {
    if (call.method === "schema") continue;
    try {
      const sql = changeOf(call, schemaCall ? textOf(schemaCall.args[0]) : null);
      whole += `${sql};`;
      const [only] = call.args;
      const literal = call.method === "inject_custom" && only?.kind === "text" ? only.literal : null;
      machine.sink.emit({ kind: "sql", sql, node: call.node, literal });
    } catch (error) {
      if (!(error instanceof NotLowered)) throw error;
      machine.opaque(error.reason, call.node);
      return unknown(error.reason, node);
    }
  }
  return text(whole);
}

function changeOf({ method, args, node }: Call, schema: string | null): string {
  const [first, second] = args;
  if (method === "inject_custom") return textOf(first);
  const name = textOf(first);
  if (method === "drop_table") return `DROP TABLE ${tableText(schema, name)}`;
  if (method === "drop_table_if_exists") return `DROP TABLE IF EXISTS ${tableText(schema, name)}`;
  if (method === "rename_table") {
    return `ALTER TABLE ${tableText(schema, name)} RENAME TO ${tableText(schema, textOf(second))}`;
  }
  if (second?.kind === "unknown") throw new NotLowered(second.reason, second.node);
  if (second?.kind !== "term") throw new NotLowered(`What ${method} does is not known`, node);
  const parts = partsOf(second, name, method === "change_table", schema);
  if (method === "change_table") return changeText(name, parts, schema);
  return createText(name, parts, method === "create_table_if_not_exists", schema);
}
