import type { Term } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { refuseOthers } from "./refuse-others.js";

/** Every text as it is: sea-query quotes none of them. Source: sea-query `backend/postgres/extension.rs`. */
export function createExtension(term: Term): string {
  refuseOthers(term, "an extension", new Set(["name", "if_not_exists", "schema", "version", "cascade"]));
  const exists = has(term, "if_not_exists") ? "IF NOT EXISTS " : "";
  const schema = given(term, "schema", " WITH SCHEMA ");
  const version = given(term, "version", " VERSION ");
  return `CREATE EXTENSION ${exists}${named(term)}${schema}${version}${has(term, "cascade") ? " CASCADE" : ""}`;
}

export function dropExtension(term: Term): string {
  refuseOthers(term, "an extension", new Set(["name", "if_exists", "cascade", "restrict"]));
  const option = `${has(term, "cascade") ? " CASCADE" : ""}${has(term, "restrict") ? " RESTRICT" : ""}`;
  return `DROP EXTENSION ${has(term, "if_exists") ? "IF EXISTS " : ""}${named(term)}${option}`;
}

function has(term: Term, method: string): boolean {
  return term.calls.some((call) => call.method === method);
}

function named(term: Term): string {
  const name = given(term, "name", "");
  if (name === "") throw new NotLowered("The statement names no extension", term.node);
  return name;
}

function given(term: Term, method: string, before: string): string {
  const call = term.calls.findLast((each) => each.method === method);
  if (!call) return "";
  const [value] = call.args;
  if (value?.kind !== "text") throw new NotLowered(`The extension's ${method} is not constant`, call.node);
  return `${before}${value.text}`;
}
