import { identifier, literal, qualified } from "../../sql/quote.js";
import type { Machine } from "../evaluate/machine.js";
import type { Call, Term, Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { enumValues } from "./enum-values.js";
import { nameOf, tableOf } from "./names.js";
import { refuseOthers } from "./refuse-others.js";

/** `Type::create().as_enum(name).values([…])`. */
export function createType(machine: Machine, term: Term): string {
  refuseOthers(term, "a type", new Set(["as_enum", "values"]));
  const name = named(machine, term, "as_enum");
  const values = term.calls
    .filter((call) => call.method === "values")
    .flatMap((call) => enumValues(machine, call.args[0]).map((value) => quoted(machine, value)));
  return `CREATE TYPE ${name} AS ENUM (${values.join(", ")})`;
}

function named(machine: Machine, term: Term, method: string): string {
  const call = term.calls.findLast((each) => each.method === method);
  if (!call) throw new NotLowered("The statement names no type", term.node);
  const { schema, name } = tableOf(machine, call.args[0]);
  return qualified(schema, name);
}

function quoted(machine: Machine, value: Value | undefined): string {
  return literal(nameOf(machine, value)).trimStart();
}

export function dropType(machine: Machine, term: Term): string {
  refuseOthers(term, "a type", new Set(["name", "names", "if_exists", "cascade", "restrict"]));
  const has = (method: string) => term.calls.some((call) => call.method === method);
  const names = term.calls
    .filter((call) => call.method === "name" || call.method === "names")
    .flatMap((call) => (call.method === "names" && call.args[0]?.kind === "list" ? call.args[0].items : call.args))
    .map((value) => tableOf(machine, value))
    .map(({ schema, name }) => qualified(schema, name));
  if (names.length === 0) throw new NotLowered("The statement names no type", term.node);
  const last = term.calls.findLast(({ method }) => method === "cascade" || method === "restrict");
  const option = last ? ` ${last.method.toUpperCase()}` : "";
  return `DROP TYPE ${has("if_exists") ? "IF EXISTS " : ""}${names.join(", ")}${option}`;
}

export function alterType(machine: Machine, term: Term): string {
  const condition = term.calls.some(({ method }) => method === "if_not_exists") ? "IF NOT EXISTS " : "";
  const action = term.calls
    .filter(({ method }) => method !== "name" && method !== "if_not_exists")
    .map((call) => actionText(machine, call, condition));
  return `ALTER TYPE ${named(machine, term, "name")} ${action.join(" ")}`;
}

function actionText(machine: Machine, { method, args, node }: Call, condition: string): string {
  const [first, second] = args;
  if (method === "add_value") return `ADD VALUE ${condition}${quoted(machine, first)}`;
  if (method === "add_value_if_not_exists") return `ADD VALUE IF NOT EXISTS ${quoted(machine, first)}`;
  if (method === "before") return `BEFORE ${quoted(machine, first)}`;
  if (method === "after") return `AFTER ${quoted(machine, first)}`;
  if (method === "rename_to") return `RENAME TO ${identifier(nameOf(machine, first))}`;
  if (method === "rename_value") return `RENAME VALUE ${quoted(machine, first)} TO ${quoted(machine, second)}`;
  throw new NotLowered(`What ${method} does to a type is not known`, node);
}
