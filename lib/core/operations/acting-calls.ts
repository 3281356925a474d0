import { builtInVolatility, isHarmless, knownVolatility } from "../postgres/functions.js";
import { isParsed } from "../sql/parse.js";
import type { BodyStatement } from "../sql/plpgsql.js";
import { find, strings } from "../sql/tree.js";

/** Built-in functions that do not touch rows, but whose call still matters: sequence positions and settings. */
const MATTER: ReadonlySet<string> = new Set(["setval", "set_config"]);

/** Whether a statement of a body may do anything: an expression only through what it calls. */
export function mayDo(statement: BodyStatement): boolean {
  if (!statement.computes || !isParsed(statement)) return true;
  return find(statement.node, "FuncCall").some(({ funcname }) => mayAct(strings(funcname)));
}

/** Whether a call of this name, split into its parts, may do more than compute a value. */
export function mayAct(names: readonly string[]): boolean {
  const name = names.at(-1) ?? "";
  if (builtInVolatility(name) === null) return knownVolatility(name) === null && !isHarmless(name);
  const placed = names.length > 1 && names[0] !== "pg_catalog";
  return placed || MATTER.has(name) || !isHarmless(name);
}
