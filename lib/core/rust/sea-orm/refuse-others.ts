import type { Term } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";

/** Refuses a builder with a method that is not known: what it adds to the statement would be left out. `what`: `a table`. */
export function refuseOthers(term: Term, what: string, known: ReadonlySet<string>): void {
  const other = term.calls.find(({ method }) => !known.has(method));
  if (other) throw new NotLowered(`What ${other.method} does to ${what} is not known`, other.node);
}
