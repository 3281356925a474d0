import type { Node } from "libpg-query";
import { find, strings } from "../sql/tree.js";
import { knownVolatility, type Volatility } from "./functions.js";

/** A call that may return a different value for each row. `unknown`: neither the server nor the schema says so. */
export interface VolatileCall {
  readonly name: string;
  readonly volatility: "volatile" | "unknown";
}

/**
 * The call in an expression that decides whether it may return a different value for each row: a volatile one before an unknown one; undefined when
 * every call is steady. `declared`: what the schema says about its own functions, by name.
 */
export function volatileCall(
  expression: Node | undefined,
  declared: ReadonlyMap<string, Volatility>,
): VolatileCall | undefined {
  const calls = find(expression, "FuncCall").map((call): VolatileCall | null => {
    const parts = strings(call.funcname);
    const name = parts.at(-1) ?? "";
    const own = parts.at(-2) !== "pg_catalog" ? declared.get(name) : undefined;
    const volatility = own ?? knownVolatility(name);
    if (volatility === null) return { name, volatility: "unknown" };
    return volatility === "volatile" ? { name, volatility } : null;
  });
  return calls.find((call) => call?.volatility === "volatile") ?? calls.find((call) => call !== null) ?? undefined;
}
