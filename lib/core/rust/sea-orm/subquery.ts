import type { Term, Value } from "../evaluate/value.js";
import { builderOf } from "./builder-name.js";

/** A query given as an operand. */
export function subqueryOf(value: Value | undefined): Term | null {
  if (value?.kind !== "term") return null;
  if (builderOf(value) === "Query::select") return value;
  return value.head.at(-1) === "SelectStatement" && value.calls.length === 0 ? subqueryOf(value.args[0]) : null;
}
