import type { Machine } from "../evaluate/machine.js";
import { type Call, type Term, unknown, type Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import type { RustNode } from "../syntax/rust-node.js";
import { entityTable, modelFields } from "./entity-names.js";
import { madeTerm } from "./schema-helpers.js";

type Send = (statement: Value) => Value;

const READS = /^(all|one|count|stream|paginate|fetch_page|num_items|exists)$/;
const FINDS = /^(find|find_by_id|find_by_statement|find_related|find_with_related|find_also_related|select_only)$/;

/**
 * A call on an entity that gets a way to the database: `model.insert(db)`, `Entity::insert(model).exec(db)`,
 * `Entity::delete_many().filter(…).exec(db)`. Queries that read have no effect. Undefined for what is unknown.
 */
export function entityCall(
  machine: Machine,
  receiver: Value,
  method: string,
  node: RustNode,
  send: Send,
): Value | undefined {
  const rows = unknown("The rows of the database are known only when the code runs", node);
  if (receiver.kind === "struct" && receiver.name === "ActiveModel" && /^(insert|save)$/.test(method)) {
    return sendRows(machine, [receiver], node, send);
  }
  if (receiver.kind !== "term") return undefined;
  const start = receiver.head.at(-1) ?? "";
  if (READS.test(method) && FINDS.test(start)) return rows;
  if (!/^exec(_without_returning|_with_returning)?$/.test(method)) return undefined;
  const table = entityTable(machine.crate, receiver.head.slice(0, -1), receiver.node);
  if (start === "insert" && receiver.calls.length === 0) return sendRows(machine, receiver.args, node, send);
  if (start === "insert_many" && receiver.calls.length === 0 && receiver.args[0]?.kind === "list") {
    return sendRows(machine, receiver.args[0].items, node, send);
  }
  if (table === null) return undefined;
  if (start === "delete_many") return sendFiltered(machine, "delete", table, receiver, node, send);
  return start === "update_many" ? sendFiltered(machine, "update", table, receiver, node, send) : undefined;
}

/** Each model becomes an INSERT of the fields that are set. */
function sendRows(machine: Machine, models: readonly Value[], node: RustNode, send: Send): Value | undefined {
  const statements: Term[] = [];
  for (const model of models) {
    const statement = model.kind === "struct" ? insertOf(machine, model, node) : null;
    if (!statement) return undefined;
    statements.push(statement);
  }
  for (const statement of statements) send(statement);
  return unknown("What the database answers is known only when the code runs", node);
}

function insertOf(machine: Machine, model: Extract<Value, { kind: "struct" }>, node: RustNode): Term | null {
  const entity = [...model.path.slice(0, -1), "Entity"];
  const table = entityTable(machine.crate, entity, model.node);
  const fields = modelFields(machine.crate, entity, model.node);
  if (table === null || !fields) return null;
  const columns: Value[] = [];
  const values: Value[] = [];
  for (const [name, value] of model.fields) {
    const set = value.kind === "term" && value.head.at(-1) === "Set" ? value.args[0] : undefined;
    const left = value.kind === "path" && value.segments.at(-1) === "NotSet";
    const column = fields.find((field) => field.name === name)?.column;
    if (left) continue;
    if (!set || column === undefined) return null;
    columns.push({ kind: "text", text: column, literal: null });
    values.push(set);
  }
  const into: Value = { kind: "text", text: table, literal: null };
  const calls: [string, ...Value[]][] = [
    ["into_table", into],
    ["columns", { kind: "list", items: columns }],
    ["values_panic", { kind: "list", items: values }],
  ];
  return madeTerm(machine, ["Query", "insert"], [], calls, node);
}

function sendFiltered(
  machine: Machine,
  kind: "delete" | "update",
  table: string,
  query: Term,
  node: RustNode,
  send: Send,
): Value {
  const name: Value = { kind: "text", text: table, literal: null };
  try {
    const calls = query.calls.map(translated);
    const first: [string, ...Value[]] = [kind === "delete" ? "from_table" : "table", name];
    const term = madeTerm(machine, ["Query", kind], [], [first, ...calls], node);
    return send(term);
  } catch (error) {
    if (!(error instanceof NotLowered)) throw error;
    return machine.opaque(error.reason, node);
  }
}

function translated(call: Call): [string, ...Value[]] {
  if (call.method === "filter") return ["and_where", ...call.args];
  if (call.method === "col_expr") return ["value", ...call.args];
  throw new NotLowered(`What ${call.method} does to the query is not known`, call.node);
}
