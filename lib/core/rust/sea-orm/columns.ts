import { identifier, qualified } from "../../sql/quote.js";
import type { Machine } from "../evaluate/machine.js";
import type { Value } from "../evaluate/value.js";
import { nameOf, namesOf, tableOf } from "./names.js";

/** A column, or a pair of table and column. */
export function columnText(machine: Machine, value: Value | undefined): string {
  if (value?.kind === "path" && value.segments.at(-1) === "Asterisk") return "*";
  if (value?.kind !== "list") return identifier(nameOf(machine, value));
  const { schema, name } = tableOf(machine, value);
  return qualified(schema, name);
}

export function columnsText(machine: Machine, value: Value | undefined): readonly string[] {
  if (value?.kind === "list") return value.items.map((each) => columnText(machine, each));
  return namesOf(machine, value).map(identifier);
}
