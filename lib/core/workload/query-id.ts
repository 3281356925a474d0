import type { Node } from "libpg-query";
import { digest } from "../json.js";

/** Fields that say where something stood, and not what it is. */
const PLACES = /^(location|stmt_location|stmt_len|rexpr_list_start|rexpr_list_end|list_start|list_end)$/;

const VALUE = "?";

/**
 * Names a query by its tree: values, parameters, layout and comments do not count, nor how many values a list has. A
 * server that has put `$1` in place of each value names the query as the application's own code does.
 */
export function queryId(node: Node): string {
  return digest(JSON.stringify(shape(node))).slice(0, 16);
}

/** The tree without places; each value and each parameter is the same sign. */
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

/** The length of a varchar is part of the type. */
function typeShape(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, child) => (PLACES.test(key) ? undefined : child)));
}
