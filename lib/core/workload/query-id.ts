import type { Node } from "libpg-query";
import { digest } from "../json.js";

/** Fields that tell where something was, not what it is. */
const PLACES = /^(location|stmt_location|stmt_len|rexpr_list_start|rexpr_list_end|list_start|list_end)$/;

const VALUE = "?";

/**
 * Identifies a query by its tree: values, parameters, layout and comments do not count, nor how many values a list has. A query in which a server
 * replaced each value by `$1` has the same id as in the application's own code.
 */
export function queryId(node: Node): string {
  return digest(JSON.stringify(shape(node))).slice(0, 16);
}

/** The tree without positions; every value and every parameter is the same sign. */
export function shape(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(shape);
    return items.length > 1 && items.every((item) => item === VALUE) ? [VALUE] : items;
  }
  if (value === null || typeof value !== "object") return value;
  const body = value as Record<string, unknown>;
  if ("A_Const" in body || "ParamRef" in body) return VALUE;
  return Object.fromEntries(
    Object.entries(body)
      .filter(([key]) => !PLACES.test(key))
      .map(([key, child]) => [key, key === "typeName" ? typeShape(child) : shape(child)]),
  );
}

/** A varchar's length is part of the type. */
function typeShape(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, child) => (PLACES.test(key) ? undefined : child)));
}
